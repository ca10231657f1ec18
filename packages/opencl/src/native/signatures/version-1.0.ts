/** The functions of OpenCL 1.0, with what later versions call deprecated. */
export const version10 = {
  clGetPlatformIDs: "cl_int(cl_uint num_entries, cl_platform_id *platforms, cl_uint *num_platforms)",
  clGetPlatformInfo:
    "cl_int(cl_platform_id platform, cl_platform_info param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clGetDeviceIDs:
    "cl_int(cl_platform_id platform, cl_device_type device_type, cl_uint num_entries, cl_device_id *devices, cl_uint *num_devices)",
  clGetDeviceInfo:
    "cl_int(cl_device_id device, cl_device_info param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clCreateContext:
    "cl_context(cl_context_properties *properties, cl_uint num_devices, cl_device_id *devices, callback pfn_notify, void *user_data, cl_int *errcode_ret)",
  clCreateContextFromType:
    "cl_context(cl_context_properties *properties, cl_device_type device_type, callback pfn_notify, void *user_data, cl_int *errcode_ret)",
  clRetainContext: "cl_int(cl_context context)",
  clReleaseContext: "cl_int(cl_context context)",
  clGetContextInfo:
    "cl_int(cl_context context, cl_context_info param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clRetainCommandQueue: "cl_int(cl_command_queue command_queue)",
  clReleaseCommandQueue: "cl_int(cl_command_queue command_queue)",
  clGetCommandQueueInfo:
    "cl_int(cl_command_queue command_queue, cl_command_queue_info param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clCreateBuffer: "cl_mem(cl_context context, cl_mem_flags flags, size_t size, void *host_ptr, cl_int *errcode_ret)",
  clRetainMemObject: "cl_int(cl_mem memobj)",
  clReleaseMemObject: "cl_int(cl_mem memobj)",
  clGetSupportedImageFormats:
    "cl_int(cl_context context, cl_mem_flags flags, cl_mem_object_type image_type, cl_uint num_entries, cl_image_format *image_formats, cl_uint *num_image_formats)",
  clGetMemObjectInfo:
    "cl_int(cl_mem memobj, cl_mem_info param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clGetImageInfo:
    "cl_int(cl_mem image, cl_image_info param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clRetainSampler: "cl_int(cl_sampler sampler)",
  clReleaseSampler: "cl_int(cl_sampler sampler)",
  clGetSamplerInfo:
    "cl_int(cl_sampler sampler, cl_sampler_info param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clCreateProgramWithSource:
    "cl_program(cl_context context, cl_uint count, char **strings, size_t *lengths, cl_int *errcode_ret)",
  clCreateProgramWithBinary:
    "cl_program(cl_context context, cl_uint num_devices, cl_device_id *device_list, size_t *lengths, unsigned char **binaries, cl_int *binary_status, cl_int *errcode_ret)",
  clRetainProgram: "cl_int(cl_program program)",
  clReleaseProgram: "cl_int(cl_program program)",
  clBuildProgram:
    "cl_int(cl_program program, cl_uint num_devices, cl_device_id *device_list, char *options, callback pfn_notify, void *user_data)",
  clGetProgramInfo:
    "cl_int(cl_program program, cl_program_info param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clGetProgramBuildInfo:
    "cl_int(cl_program program, cl_device_id device, cl_program_build_info param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clCreateKernel: "cl_kernel(cl_program program, char *kernel_name, cl_int *errcode_ret)",
  clCreateKernelsInProgram:
    "cl_int(cl_program program, cl_uint num_kernels, cl_kernel *kernels, cl_uint *num_kernels_ret)",
  clRetainKernel: "cl_int(cl_kernel kernel)",
  clReleaseKernel: "cl_int(cl_kernel kernel)",
  clSetKernelArg: "cl_int(cl_kernel kernel, cl_uint arg_index, size_t arg_size, void *arg_value)",
  clGetKernelInfo:
    "cl_int(cl_kernel kernel, cl_kernel_info param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clGetKernelWorkGroupInfo:
    "cl_int(cl_kernel kernel, cl_device_id device, cl_kernel_work_group_info param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clWaitForEvents: "cl_int(cl_uint num_events, cl_event *event_list)",
  clGetEventInfo:
    "cl_int(cl_event event, cl_event_info param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clRetainEvent: "cl_int(cl_event event)",
  clReleaseEvent: "cl_int(cl_event event)",
  clGetEventProfilingInfo:
    "cl_int(cl_event event, cl_profiling_info param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clFlush: "cl_int(cl_command_queue command_queue)",
  clFinish: "cl_int(cl_command_queue command_queue)",
  clEnqueueReadBuffer:
    "cl_int(cl_command_queue command_queue, cl_mem buffer, cl_bool blocking_read, size_t offset, size_t size, void *ptr, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueWriteBuffer:
    "cl_int(cl_command_queue command_queue, cl_mem buffer, cl_bool blocking_write, size_t offset, size_t size, void *ptr, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueCopyBuffer:
    "cl_int(cl_command_queue command_queue, cl_mem src_buffer, cl_mem dst_buffer, size_t src_offset, size_t dst_offset, size_t size, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueReadImage:
    "cl_int(cl_command_queue command_queue, cl_mem image, cl_bool blocking_read, size_t *origin, size_t *region, size_t row_pitch, size_t slice_pitch, void *ptr, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueWriteImage:
    "cl_int(cl_command_queue command_queue, cl_mem image, cl_bool blocking_write, size_t *origin, size_t *region, size_t input_row_pitch, size_t input_slice_pitch, void *ptr, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueCopyImage:
    "cl_int(cl_command_queue command_queue, cl_mem src_image, cl_mem dst_image, size_t *src_origin, size_t *dst_origin, size_t *region, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueCopyImageToBuffer:
    "cl_int(cl_command_queue command_queue, cl_mem src_image, cl_mem dst_buffer, size_t *src_origin, size_t *region, size_t dst_offset, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueCopyBufferToImage:
    "cl_int(cl_command_queue command_queue, cl_mem src_buffer, cl_mem dst_image, size_t src_offset, size_t *dst_origin, size_t *region, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueMapBuffer:
    "void *(cl_command_queue command_queue, cl_mem buffer, cl_bool blocking_map, cl_map_flags map_flags, size_t offset, size_t size, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event, cl_int *errcode_ret)",
  clEnqueueMapImage:
    "void *(cl_command_queue command_queue, cl_mem image, cl_bool blocking_map, cl_map_flags map_flags, size_t *origin, size_t *region, size_t *image_row_pitch, size_t *image_slice_pitch, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event, cl_int *errcode_ret)",
  clEnqueueUnmapMemObject:
    "cl_int(cl_command_queue command_queue, cl_mem memobj, void *mapped_ptr, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueNDRangeKernel:
    "cl_int(cl_command_queue command_queue, cl_kernel kernel, cl_uint work_dim, size_t *global_work_offset, size_t *global_work_size, size_t *local_work_size, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueNativeKernel:
    "cl_int(cl_command_queue command_queue, callback user_func, void *args, size_t cb_args, cl_uint num_mem_objects, cl_mem *mem_list, void **args_mem_loc, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clCreateCommandQueue:
    "cl_command_queue(cl_context context, cl_device_id device, cl_command_queue_properties properties, cl_int *errcode_ret)",
  clCreateSampler:
    "cl_sampler(cl_context context, cl_bool normalized_coords, cl_addressing_mode addressing_mode, cl_filter_mode filter_mode, cl_int *errcode_ret)",
  clEnqueueTask:
    "cl_int(cl_command_queue command_queue, cl_kernel kernel, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clCreateImage2D:
    "cl_mem(cl_context context, cl_mem_flags flags, cl_image_format *image_format, size_t image_width, size_t image_height, size_t image_row_pitch, void *host_ptr, cl_int *errcode_ret)",
  clCreateImage3D:
    "cl_mem(cl_context context, cl_mem_flags flags, cl_image_format *image_format, size_t image_width, size_t image_height, size_t image_depth, size_t image_row_pitch, size_t image_slice_pitch, void *host_ptr, cl_int *errcode_ret)",
  clEnqueueMarker: "cl_int(cl_command_queue command_queue, cl_event *event)",
  clEnqueueWaitForEvents: "cl_int(cl_command_queue command_queue, cl_uint num_events, cl_event *event_list)",
  clEnqueueBarrier: "cl_int(cl_command_queue command_queue)",
  clUnloadCompiler: "cl_int()",
  clGetExtensionFunctionAddress: "void *(char *func_name)",
} as const
