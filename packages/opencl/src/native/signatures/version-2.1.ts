/** The functions that came with OpenCL 2.1. */
export const version21 = {
  clSetDefaultDeviceCommandQueue: "cl_int(cl_context context, cl_device_id device, cl_command_queue command_queue)",
  clGetDeviceAndHostTimer: "cl_int(cl_device_id device, cl_ulong *device_timestamp, cl_ulong *host_timestamp)",
  clGetHostTimer: "cl_int(cl_device_id device, cl_ulong *host_timestamp)",
  clCreateProgramWithIL: "cl_program(cl_context context, void *il, size_t length, cl_int *errcode_ret)",
  clCloneKernel: "cl_kernel(cl_kernel source_kernel, cl_int *errcode_ret)",
  clGetKernelSubGroupInfo:
    "cl_int(cl_kernel kernel, cl_device_id device, cl_kernel_sub_group_info param_name, size_t input_value_size, void *input_value, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clEnqueueSVMMigrateMem:
    "cl_int(cl_command_queue command_queue, cl_uint num_svm_pointers, void **svm_pointers, size_t *sizes, cl_mem_migration_flags flags, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
} as const
