// OpenCL Version
export const VERSION_1_0 = 1
export const VERSION_1_1 = 1
export const VERSION_1_2 = 1
export const VERSION_2_0 = 1
export const VERSION_2_1 = 1
export const VERSION_2_2 = 1
export const VERSION_3_0 = 1

// cl_bool
export const FALSE = 0
export const TRUE = 1
export const BLOCKING = 1
export const NON_BLOCKING = 0

// cl_platform_info
export const PLATFORM_PROFILE = 0x0900
export const PLATFORM_VERSION = 0x0901
export const PLATFORM_NAME = 0x0902
export const PLATFORM_VENDOR = 0x0903
export const PLATFORM_EXTENSIONS = 0x0904
export const PLATFORM_HOST_TIMER_RESOLUTION = 0x0905
export const PLATFORM_NUMERIC_VERSION = 0x0906
export const PLATFORM_EXTENSIONS_WITH_VERSION = 0x0907

// cl_khronos_vendor_id
export const KHRONOS_VENDOR_ID_CODEPLAY = 0x10004

// cl_name_version
export const NAME_VERSION_MAX_NAME_SIZE = 64

// cl_version
export const VERSION_MAJOR_BITS = 10
export const VERSION_MINOR_BITS = 10
export const VERSION_PATCH_BITS = 12
