/** The functions that came with OpenCL 1.2. */
export const version12 = {
  clCreateSubDevices:
    "cl_int(cl_device_id in_device, cl_device_partition_property *properties, cl_uint num_devices, cl_device_id *out_devices, cl_uint *num_devices_ret)",
  clRetainDevice: "cl_int(cl_device_id device)",
  clReleaseDevice: "cl_int(cl_device_id device)",
  clCreateImage:
    "cl_mem(cl_context context, cl_mem_flags flags, cl_image_format *image_format, cl_image_desc *image_desc, void *host_ptr, cl_int *errcode_ret)",
  clCreateProgramWithBuiltInKernels:
    "cl_program(cl_context context, cl_uint num_devices, cl_device_id *device_list, char *kernel_names, cl_int *errcode_ret)",
  clCompileProgram:
    "cl_int(cl_program program, cl_uint num_devices, cl_device_id *device_list, char *options, cl_uint num_input_headers, cl_program *input_headers, char **header_include_names, callback pfn_notify, void *user_data)",
  clLinkProgram:
    "cl_program(cl_context context, cl_uint num_devices, cl_device_id *device_list, char *options, cl_uint num_input_programs, cl_program *input_programs, callback pfn_notify, void *user_data, cl_int *errcode_ret)",
  clUnloadPlatformCompiler: "cl_int(cl_platform_id platform)",
  clGetKernelArgInfo:
    "cl_int(cl_kernel kernel, cl_uint arg_indx, cl_kernel_arg_info param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret)",
  clEnqueueFillBuffer:
    "cl_int(cl_command_queue command_queue, cl_mem buffer, void *pattern, size_t pattern_size, size_t offset, size_t size, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueFillImage:
    "cl_int(cl_command_queue command_queue, cl_mem image, void *fill_color, size_t *origin, size_t *region, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueMigrateMemObjects:
    "cl_int(cl_command_queue command_queue, cl_uint num_mem_objects, cl_mem *mem_objects, cl_mem_migration_flags flags, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueMarkerWithWaitList:
    "cl_int(cl_command_queue command_queue, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clEnqueueBarrierWithWaitList:
    "cl_int(cl_command_queue command_queue, cl_uint num_events_in_wait_list, cl_event *event_wait_list, cl_event *event)",
  clGetExtensionFunctionAddressForPlatform: "void *(cl_platform_id platform, char *func_name)",
} as const
