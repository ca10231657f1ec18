// cl_mem_flags and cl_svm_mem_flags - bitfield
export const MEM_READ_WRITE = 0x1
export const MEM_WRITE_ONLY = 0x2
export const MEM_READ_ONLY = 0x4
export const MEM_USE_HOST_PTR = 0x8
export const MEM_ALLOC_HOST_PTR = 0x10
export const MEM_COPY_HOST_PTR = 0x20
export const MEM_HOST_WRITE_ONLY = 0x80
export const MEM_HOST_READ_ONLY = 0x100
export const MEM_HOST_NO_ACCESS = 0x200
export const MEM_SVM_FINE_GRAIN_BUFFER = 0x400
export const MEM_SVM_ATOMICS = 0x800
export const MEM_KERNEL_READ_AND_WRITE = 0x1000

// cl_mem_migration_flags - bitfield
export const MIGRATE_MEM_OBJECT_HOST = 0x1
export const MIGRATE_MEM_OBJECT_CONTENT_UNDEFINED = 0x2

// cl_mem_object_type
export const MEM_OBJECT_BUFFER = 0x10f0
export const MEM_OBJECT_IMAGE2D = 0x10f1
export const MEM_OBJECT_IMAGE3D = 0x10f2
export const MEM_OBJECT_IMAGE2D_ARRAY = 0x10f3
export const MEM_OBJECT_IMAGE1D = 0x10f4
export const MEM_OBJECT_IMAGE1D_ARRAY = 0x10f5
export const MEM_OBJECT_IMAGE1D_BUFFER = 0x10f6
export const MEM_OBJECT_PIPE = 0x10f7

// cl_mem_info
export const MEM_TYPE = 0x1100
export const MEM_FLAGS = 0x1101
export const MEM_SIZE = 0x1102
export const MEM_HOST_PTR = 0x1103
export const MEM_MAP_COUNT = 0x1104
export const MEM_REFERENCE_COUNT = 0x1105
export const MEM_CONTEXT = 0x1106
export const MEM_ASSOCIATED_MEMOBJECT = 0x1107
export const MEM_OFFSET = 0x1108
export const MEM_USES_SVM_POINTER = 0x1109
export const MEM_PROPERTIES = 0x110a

// cl_pipe_info
export const PIPE_PACKET_SIZE = 0x1120
export const PIPE_MAX_PACKETS = 0x1121
export const PIPE_PROPERTIES = 0x1122

// cl_map_flags - bitfield
export const MAP_READ = 0x1
export const MAP_WRITE = 0x2
export const MAP_WRITE_INVALIDATE_REGION = 0x4

// cl_buffer_create_type
export const BUFFER_CREATE_TYPE_REGION = 0x1220
