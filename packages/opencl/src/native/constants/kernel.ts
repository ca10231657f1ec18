// cl_kernel_info
export const KERNEL_FUNCTION_NAME = 0x1190
export const KERNEL_NUM_ARGS = 0x1191
export const KERNEL_REFERENCE_COUNT = 0x1192
export const KERNEL_CONTEXT = 0x1193
export const KERNEL_PROGRAM = 0x1194
export const KERNEL_ATTRIBUTES = 0x1195

// cl_kernel_arg_info
export const KERNEL_ARG_ADDRESS_QUALIFIER = 0x1196
export const KERNEL_ARG_ACCESS_QUALIFIER = 0x1197
export const KERNEL_ARG_TYPE_NAME = 0x1198
export const KERNEL_ARG_TYPE_QUALIFIER = 0x1199
export const KERNEL_ARG_NAME = 0x119a

// cl_kernel_arg_address_qualifier
export const KERNEL_ARG_ADDRESS_GLOBAL = 0x119b
export const KERNEL_ARG_ADDRESS_LOCAL = 0x119c
export const KERNEL_ARG_ADDRESS_CONSTANT = 0x119d
export const KERNEL_ARG_ADDRESS_PRIVATE = 0x119e

// cl_kernel_arg_access_qualifier
export const KERNEL_ARG_ACCESS_READ_ONLY = 0x11a0
export const KERNEL_ARG_ACCESS_WRITE_ONLY = 0x11a1
export const KERNEL_ARG_ACCESS_READ_WRITE = 0x11a2
export const KERNEL_ARG_ACCESS_NONE = 0x11a3

// cl_kernel_arg_type_qualifier
export const KERNEL_ARG_TYPE_NONE = 0
export const KERNEL_ARG_TYPE_CONST = 0x1
export const KERNEL_ARG_TYPE_RESTRICT = 0x2
export const KERNEL_ARG_TYPE_VOLATILE = 0x4
export const KERNEL_ARG_TYPE_PIPE = 0x8

// cl_kernel_work_group_info
export const KERNEL_WORK_GROUP_SIZE = 0x11b0
export const KERNEL_COMPILE_WORK_GROUP_SIZE = 0x11b1
export const KERNEL_LOCAL_MEM_SIZE = 0x11b2
export const KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE = 0x11b3
export const KERNEL_PRIVATE_MEM_SIZE = 0x11b4
export const KERNEL_GLOBAL_WORK_SIZE = 0x11b5

// cl_kernel_sub_group_info
export const KERNEL_MAX_SUB_GROUP_SIZE_FOR_NDRANGE = 0x2033
export const KERNEL_SUB_GROUP_COUNT_FOR_NDRANGE = 0x2034
export const KERNEL_LOCAL_SIZE_FOR_SUB_GROUP_COUNT = 0x11b8
export const KERNEL_MAX_NUM_SUB_GROUPS = 0x11b9
export const KERNEL_COMPILE_NUM_SUB_GROUPS = 0x11ba

// cl_kernel_exec_info
export const KERNEL_EXEC_INFO_SVM_PTRS = 0x11b6
export const KERNEL_EXEC_INFO_SVM_FINE_GRAIN_SYSTEM = 0x11b7
