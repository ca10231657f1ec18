/** The functions that came with OpenCL 2.2. */
export const version22 = {
  clSetProgramReleaseCallback: "cl_int(cl_program program, callback pfn_notify, void *user_data)",
  clSetProgramSpecializationConstant: "cl_int(cl_program program, cl_uint spec_id, size_t spec_size, void *spec_value)",
} as const
