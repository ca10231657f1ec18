/** The functions that came with OpenCL 3.0. */
export const version30 = {
  clSetContextDestructorCallback: "cl_int(cl_context context, callback pfn_notify, void *user_data)",
  clCreateBufferWithProperties:
    "cl_mem(cl_context context, cl_mem_properties *properties, cl_mem_flags flags, size_t size, void *host_ptr, cl_int *errcode_ret)",
  clCreateImageWithProperties:
    "cl_mem(cl_context context, cl_mem_properties *properties, cl_mem_flags flags, cl_image_format *image_format, cl_image_desc *image_desc, void *host_ptr, cl_int *errcode_ret)",
} as const
