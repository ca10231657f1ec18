/** Functions that a driver gives by name, clGetExtensionFunctionAddressForPlatform(): cl_khr_il_program's. */
export const extensionSignatures = {
  clCreateProgramWithILKHR: "cl_program(cl_context context, void *il, size_t length, cl_int *errcode_ret)",
} as const

export type ExtensionSignatures = typeof extensionSignatures
