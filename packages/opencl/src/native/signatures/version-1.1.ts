/** The functions that came with OpenCL 1.1. */
export const version11 = {
  clCreateSubBuffer:
    "cl_mem(cl_mem buffer, cl_mem_flags flags, cl_buffer_create_type buffer_create_type, void *buffer_create_info, cl_int *errcode_ret)",
  clSetMemObjectDestructorCallback: "cl_int(cl_mem memobj, callback pfn_notify, void *user_data)",
  clCreateUserEvent: "cl_event(cl_context context, cl_int *errcode_ret)",
  clSetUserEventStatus: "cl_int(cl_event event, cl_int execution_status)",
  clSetEventCallback: "cl_int(cl_event event, cl_int command_exec_callback_type, callback pfn_notify, void *user_data)",
  clEnqueueReadBufferRect:
    "cl_int(cl_command_queue command_queue, cl_mem buffer, cl_bool blocking_read, size_t *buffer_origin, size_t *host_origin, size_t *region, size_t buffer_row_pitch, size_t buffer_slice_pitch, size_t host_row_pitch, size_t host_slice_pitch, void *ptr, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueWriteBufferRect:
    "cl_int(cl_command_queue command_queue, cl_mem buffer, cl_bool blocking_write, size_t *buffer_origin, size_t *host_origin, size_t *region, size_t buffer_row_pitch, size_t buffer_slice_pitch, size_t host_row_pitch, size_t host_slice_pitch, void *ptr, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueCopyBufferRect:
    "cl_int(cl_command_queue command_queue, cl_mem src_buffer, cl_mem dst_buffer, size_t *src_origin, size_t *dst_origin, size_t *region, size_t src_row_pitch, size_t src_slice_pitch, size_t dst_row_pitch, size_t dst_slice_pitch, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
} as const
