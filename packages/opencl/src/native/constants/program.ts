// cl_program_info
export const PROGRAM_REFERENCE_COUNT = 0x1160
export const PROGRAM_CONTEXT = 0x1161
export const PROGRAM_NUM_DEVICES = 0x1162
export const PROGRAM_DEVICES = 0x1163
export const PROGRAM_SOURCE = 0x1164
export const PROGRAM_BINARY_SIZES = 0x1165
export const PROGRAM_BINARIES = 0x1166
export const PROGRAM_NUM_KERNELS = 0x1167
export const PROGRAM_KERNEL_NAMES = 0x1168
export const PROGRAM_IL = 0x1169
export const PROGRAM_SCOPE_GLOBAL_CTORS_PRESENT = 0x116a
export const PROGRAM_SCOPE_GLOBAL_DTORS_PRESENT = 0x116b

// cl_program_build_info
export const PROGRAM_BUILD_STATUS = 0x1181
export const PROGRAM_BUILD_OPTIONS = 0x1182
export const PROGRAM_BUILD_LOG = 0x1183
export const PROGRAM_BINARY_TYPE = 0x1184
export const PROGRAM_BUILD_GLOBAL_VARIABLE_TOTAL_SIZE = 0x1185

// cl_program_binary_type
export const PROGRAM_BINARY_TYPE_NONE = 0x0
export const PROGRAM_BINARY_TYPE_COMPILED_OBJECT = 0x1
export const PROGRAM_BINARY_TYPE_LIBRARY = 0x2
export const PROGRAM_BINARY_TYPE_EXECUTABLE = 0x4

// cl_build_status
export const BUILD_SUCCESS = 0
export const BUILD_NONE = -1
export const BUILD_ERROR = -2
export const BUILD_IN_PROGRESS = -3
