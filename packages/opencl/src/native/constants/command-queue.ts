// cl_command_queue_properties - bitfield
export const QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE = 0x1
export const QUEUE_PROFILING_ENABLE = 0x2
export const QUEUE_ON_DEVICE = 0x4
export const QUEUE_ON_DEVICE_DEFAULT = 0x8

// cl_command_queue_info
export const QUEUE_CONTEXT = 0x1090
export const QUEUE_DEVICE = 0x1091
export const QUEUE_REFERENCE_COUNT = 0x1092
export const QUEUE_PROPERTIES = 0x1093
export const QUEUE_SIZE = 0x1094
export const QUEUE_DEVICE_DEFAULT = 0x1095
export const QUEUE_PROPERTIES_ARRAY = 0x1098
