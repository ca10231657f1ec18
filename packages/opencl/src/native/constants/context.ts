// cl_context_info
export const CONTEXT_REFERENCE_COUNT = 0x1080
export const CONTEXT_DEVICES = 0x1081
export const CONTEXT_PROPERTIES = 0x1082
export const CONTEXT_NUM_DEVICES = 0x1083

// cl_context_properties
export const CONTEXT_PLATFORM = 0x1084
export const CONTEXT_INTEROP_USER_SYNC = 0x1085
