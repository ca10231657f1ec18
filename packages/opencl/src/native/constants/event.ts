// cl_event_info
export const EVENT_COMMAND_QUEUE = 0x11d0
export const EVENT_COMMAND_TYPE = 0x11d1
export const EVENT_REFERENCE_COUNT = 0x11d2
export const EVENT_COMMAND_EXECUTION_STATUS = 0x11d3
export const EVENT_CONTEXT = 0x11d4

// cl_command_type
export const COMMAND_NDRANGE_KERNEL = 0x11f0
export const COMMAND_TASK = 0x11f1
export const COMMAND_NATIVE_KERNEL = 0x11f2
export const COMMAND_READ_BUFFER = 0x11f3
export const COMMAND_WRITE_BUFFER = 0x11f4
export const COMMAND_COPY_BUFFER = 0x11f5
export const COMMAND_READ_IMAGE = 0x11f6
export const COMMAND_WRITE_IMAGE = 0x11f7
export const COMMAND_COPY_IMAGE = 0x11f8
export const COMMAND_COPY_IMAGE_TO_BUFFER = 0x11f9
export const COMMAND_COPY_BUFFER_TO_IMAGE = 0x11fa
export const COMMAND_MAP_BUFFER = 0x11fb
export const COMMAND_MAP_IMAGE = 0x11fc
export const COMMAND_UNMAP_MEM_OBJECT = 0x11fd
export const COMMAND_MARKER = 0x11fe
export const COMMAND_ACQUIRE_GL_OBJECTS = 0x11ff
export const COMMAND_RELEASE_GL_OBJECTS = 0x1200
export const COMMAND_READ_BUFFER_RECT = 0x1201
export const COMMAND_WRITE_BUFFER_RECT = 0x1202
export const COMMAND_COPY_BUFFER_RECT = 0x1203
export const COMMAND_USER = 0x1204
export const COMMAND_BARRIER = 0x1205
export const COMMAND_MIGRATE_MEM_OBJECTS = 0x1206
export const COMMAND_FILL_BUFFER = 0x1207
export const COMMAND_FILL_IMAGE = 0x1208
export const COMMAND_SVM_FREE = 0x1209
export const COMMAND_SVM_MEMCPY = 0x120a
export const COMMAND_SVM_MEMFILL = 0x120b
export const COMMAND_SVM_MAP = 0x120c
export const COMMAND_SVM_UNMAP = 0x120d
export const COMMAND_SVM_MIGRATE_MEM = 0x120e

// command execution status
export const COMPLETE = 0x0
export const RUNNING = 0x1
export const SUBMITTED = 0x2
export const QUEUED = 0x3

// cl_profiling_info
export const PROFILING_COMMAND_QUEUED = 0x1280
export const PROFILING_COMMAND_SUBMIT = 0x1281
export const PROFILING_COMMAND_START = 0x1282
export const PROFILING_COMMAND_END = 0x1283
export const PROFILING_COMMAND_COMPLETE = 0x1284
