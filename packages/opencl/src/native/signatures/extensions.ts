/**
 * Functions that a driver gives by name, clGetExtensionFunctionAddressForPlatform(): cl_khr_il_program,
 * cl_khr_subgroups, cl_khr_suggested_local_work_size, cl_khr_terminate_context, cl_khr_create_command_queue and
 * cl_intel_unified_shared_memory.
 */
export const extensionSignatures = {
  clCreateProgramWithILKHR: "cl_program(cl_context context, void *il, size_t length, cl_int *errcode_ret)",
  clGetKernelSubGroupInfoKHR:
    "cl_int(cl_kernel in_kernel, cl_device_id in_device, cl_kernel_sub_group_info param_name, size_t input_value_size, void *input_value, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clGetKernelSuggestedLocalWorkSizeKHR:
    "cl_int(cl_command_queue command_queue, cl_kernel kernel, cl_uint work_dim, size_t *global_work_offset, size_t *global_work_size, size_t *suggested_local_work_size)",
  clTerminateContextKHR: "cl_int(cl_context context)",
  clCreateCommandQueueWithPropertiesKHR:
    "cl_command_queue(cl_context context, cl_device_id device, cl_queue_properties *properties, cl_int *errcode_ret)",
  clHostMemAllocINTEL:
    "void *(cl_context context, cl_mem_properties_intel *properties, size_t size, cl_uint alignment, cl_int *errcode_ret)",
  clDeviceMemAllocINTEL:
    "void *(cl_context context, cl_device_id device, cl_mem_properties_intel *properties, size_t size, cl_uint alignment, cl_int *errcode_ret)",
  clSharedMemAllocINTEL:
    "void *(cl_context context, cl_device_id device, cl_mem_properties_intel *properties, size_t size, cl_uint alignment, cl_int *errcode_ret)",
  clMemFreeINTEL: "cl_int(cl_context context, void *ptr)",
  clMemBlockingFreeINTEL: "cl_int(cl_context context, void *ptr)",
  clGetMemAllocInfoINTEL:
    "cl_int(cl_context context, void *ptr, cl_mem_info_intel param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clSetKernelArgMemPointerINTEL: "cl_int(cl_kernel kernel, cl_uint arg_index, void *arg_value)",
  clEnqueueMemFillINTEL:
    "cl_int(cl_command_queue command_queue, void *dst_ptr, void *pattern, size_t pattern_size, size_t size, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueMemcpyINTEL:
    "cl_int(cl_command_queue command_queue, cl_bool blocking, void *dst_ptr, void *src_ptr, size_t size, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
} as const

export type ExtensionSignatures = typeof extensionSignatures
