/**
 * Functions that a driver gives by name, clGetExtensionFunctionAddressForPlatform(): cl_khr_il_program's, and
 * cl_khr_command_buffer's. The latter is provisional; these have been the same since its version 0.9.0.
 */
export const extensionSignatures = {
  clCreateProgramWithILKHR: "cl_program(cl_context context, void *il, size_t length, cl_int *errcode_ret)",
  clCreateCommandBufferKHR:
    "cl_command_buffer_khr(cl_uint num_queues, cl_command_queue *queues, cl_command_buffer_properties_khr *properties, cl_int *errcode_ret)",
  clRetainCommandBufferKHR: "cl_int(cl_command_buffer_khr command_buffer)",
  clReleaseCommandBufferKHR: "cl_int(cl_command_buffer_khr command_buffer)",
  clFinalizeCommandBufferKHR: "cl_int(cl_command_buffer_khr command_buffer)",
  clEnqueueCommandBufferKHR:
    "cl_int(cl_uint num_queues, cl_command_queue *queues, cl_command_buffer_khr command_buffer, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clCommandNDRangeKernelKHR:
    "cl_int(cl_command_buffer_khr command_buffer, cl_command_queue command_queue, cl_command_properties_khr *properties, cl_kernel kernel, cl_uint work_dim, size_t *global_work_offset, size_t *global_work_size, size_t *local_work_size, cl_uint num_sync_points_in_wait_list, cl_sync_point_khr *sync_point_wait_list, cl_sync_point_khr *sync_point, cl_mutable_command_khr *mutable_handle)",
} as const

export type ExtensionSignatures = typeof extensionSignatures
