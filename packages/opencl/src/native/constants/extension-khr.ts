// cl_khr_fp16 extension
export const DEVICE_HALF_FP_CONFIG = 0x1033

// cl_platform_info
export const PLATFORM_ICD_SUFFIX_KHR = 0x0920
export const PLATFORM_NUMERIC_VERSION_KHR = 0x0906
export const PLATFORM_EXTENSIONS_WITH_VERSION_KHR = 0x0907

// cl_khr_il_program
export const DEVICE_IL_VERSION_KHR = 0x105b
export const PROGRAM_IL_KHR = 0x1169
export const DEVICE_IMAGE_PITCH_ALIGNMENT_KHR = 0x104a
export const DEVICE_IMAGE_BASE_ADDRESS_ALIGNMENT_KHR = 0x104b

// cl_khr_initialize_memory
export const CONTEXT_MEMORY_INITIALIZE_KHR = 0x2030

// cl_khr_terminate_context
export const DEVICE_TERMINATE_CAPABILITY_KHR = 0x2031
export const CONTEXT_TERMINATE_KHR = 0x2032
export const DEVICE_SPIR_VERSIONS = 0x40e0
export const PROGRAM_BINARY_TYPE_INTERMEDIATE = 0x40e1

// cl_kernel_sub_group_info
export const KERNEL_MAX_SUB_GROUP_SIZE_FOR_NDRANGE_KHR = 0x2033
export const KERNEL_SUB_GROUP_COUNT_FOR_NDRANGE_KHR = 0x2034

// cl_sampler_properties
export const SAMPLER_MIP_FILTER_MODE_KHR = 0x1155
export const SAMPLER_LOD_MIN_KHR = 0x1156
export const SAMPLER_LOD_MAX_KHR = 0x1157

// cl_command_queue_properties
export const QUEUE_PRIORITY_KHR = 0x1096
export const QUEUE_THROTTLE_KHR = 0x1097

// cl_queue_priority_khr
export const QUEUE_PRIORITY_HIGH_KHR = 1
export const QUEUE_PRIORITY_MED_KHR = 2
export const QUEUE_PRIORITY_LOW_KHR = 4

// cl_queue_throttle_khr
export const QUEUE_THROTTLE_HIGH_KHR = 1
export const QUEUE_THROTTLE_MED_KHR = 2
export const QUEUE_THROTTLE_LOW_KHR = 4

// cl_device_info
export const DEVICE_MAX_NAMED_BARRIER_COUNT_KHR = 0x2035
export const DEVICE_NUMERIC_VERSION_KHR = 0x105e
export const DEVICE_OPENCL_C_NUMERIC_VERSION_KHR = 0x105f
export const DEVICE_EXTENSIONS_WITH_VERSION_KHR = 0x1060
export const DEVICE_ILS_WITH_VERSION_KHR = 0x1061
export const DEVICE_BUILT_IN_KERNELS_WITH_VERSION_KHR = 0x1062
export const DEVICE_PCI_BUS_INFO_KHR = 0x410f
export const DEVICE_INTEGER_DOT_PRODUCT_CAPABILITIES_KHR = 0x1073
export const DEVICE_INTEGER_DOT_PRODUCT_ACCELERATION_PROPERTIES_8BIT_KHR = 0x1074
export const DEVICE_INTEGER_DOT_PRODUCT_ACCELERATION_PROPERTIES_4x8BIT_PACKED_KHR = 0x1075

// cl_khr_extended_versioning
export const VERSION_MAJOR_BITS_KHR = 10
export const VERSION_MINOR_BITS_KHR = 10
export const VERSION_PATCH_BITS_KHR = 12
export const NAME_VERSION_MAX_NAME_SIZE_KHR = 64

// cl_khr_command_buffer
export const DEVICE_COMMAND_BUFFER_CAPABILITIES_KHR = 0x12a9
export const DEVICE_COMMAND_BUFFER_REQUIRED_QUEUE_PROPERTIES_KHR = 0x12aa
export const COMMAND_BUFFER_CAPABILITY_SIMULTANEOUS_USE_KHR = 4
export const COMMAND_BUFFER_FLAGS_KHR = 0x1293
export const COMMAND_BUFFER_SIMULTANEOUS_USE_KHR = 1

// cl_khr_device_uuid
export const UUID_SIZE_KHR = 16
export const LUID_SIZE_KHR = 8
export const DEVICE_UUID_KHR = 0x106a
export const DRIVER_UUID_KHR = 0x106b
export const DEVICE_LUID_VALID_KHR = 0x106c
export const DEVICE_LUID_KHR = 0x106d
export const DEVICE_NODE_MASK_KHR = 0x106e

// cl_device_integer_dot_product_capabilities_khr
export const DEVICE_INTEGER_DOT_PRODUCT_INPUT_4x8BIT_PACKED_KHR = 0x1
export const DEVICE_INTEGER_DOT_PRODUCT_INPUT_4x8BIT_KHR = 0x2

// cl_mem_properties
export const DEVICE_HANDLE_LIST_KHR = 0x2051
export const DEVICE_HANDLE_LIST_END_KHR = 0
