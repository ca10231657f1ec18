/** Bytes of OpenCL C's types, on the device. `size_LONG` is node-opencl's size of C's long on this machine. */
export const size_CHAR = 1
export const size_SHORT = 2
export const size_INT = 4
export const size_LONG = 8
export const size_FLOAT = 4
export const size_DOUBLE = 8
export const size_HALF = 2
