/** The functions that came with OpenCL 2.0. */
export const version20 = {
  clCreateCommandQueueWithProperties:
    "cl_command_queue(cl_context context, cl_device_id device, cl_queue_properties *properties, cl_int *errcode_ret)",
  clCreatePipe:
    "cl_mem(cl_context context, cl_mem_flags flags, cl_uint pipe_packet_size, cl_uint pipe_max_packets, cl_pipe_properties *properties, cl_int *errcode_ret)",
  clGetPipeInfo:
    "cl_int(cl_mem pipe, cl_pipe_info param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clSVMAlloc: "void *(cl_context context, cl_svm_mem_flags flags, size_t size, cl_uint alignment)",
  clSVMFree: "void(cl_context context, void *svm_pointer)",
  clCreateSamplerWithProperties:
    "cl_sampler(cl_context context, cl_sampler_properties *sampler_properties, cl_int *errcode_ret)",
  clSetKernelArgSVMPointer: "cl_int(cl_kernel kernel, cl_uint arg_index, void *arg_value)",
  clSetKernelExecInfo:
    "cl_int(cl_kernel kernel, cl_kernel_exec_info param_name, size_t param_value_size, void *param_value)",
  clEnqueueSVMFree:
    "cl_int(cl_command_queue command_queue, cl_uint num_svm_pointers, void **svm_pointers, callback pfn_free_func, void *user_data, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueSVMMemcpy:
    "cl_int(cl_command_queue command_queue, cl_bool blocking_copy, void *dst_ptr, void *src_ptr, size_t size, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueSVMMemFill:
    "cl_int(cl_command_queue command_queue, void *svm_ptr, void *pattern, size_t pattern_size, size_t size, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueSVMMap:
    "cl_int(cl_command_queue command_queue, cl_bool blocking_map, cl_map_flags flags, void *svm_ptr, size_t size, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueSVMUnmap:
    "cl_int(cl_command_queue command_queue, void *svm_ptr, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
} as const
