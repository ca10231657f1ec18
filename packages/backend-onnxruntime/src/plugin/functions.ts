// ONNX Runtime's C API, as much of it as sessions with a provider of their own take: every signature.

/** The first version of the API that has all of these. A later library has it, too, with the same places. */
export const apiVersion = 23

export const pointer = "void *"
const given = "_Out_ void **"
const count = "_Out_ size_t *"
const whole = "_Out_ int *"

/** Functions that give a status: their places in OrtApi (onnxruntime_c_api.h), and their parameters. */
export const apiFunctions = {
  CreateEnv: [3, "int", "str", given],
  CreateSessionFromArray: [8, pointer, pointer, "size_t", pointer, given],
  Run: [9, pointer, pointer, "str *", pointer, "size_t", "str *", "size_t", pointer],
  CreateSessionOptions: [10, given],
  SetSessionLogSeverityLevel: [22, pointer, "int"],
  SetIntraOpNumThreads: [24, pointer, "int"],
  SessionGetInputCount: [30, pointer, count],
  SessionGetOutputCount: [31, pointer, count],
  SessionGetInputTypeInfo: [33, pointer, "size_t", given],
  SessionGetOutputTypeInfo: [34, pointer, "size_t", given],
  SessionGetInputName: [36, pointer, "size_t", pointer, given],
  SessionGetOutputName: [37, pointer, "size_t", pointer, given],
  CreateTensorWithDataAsOrtValue: [49, pointer, pointer, "size_t", pointer, "size_t", "int", given],
  GetTensorMutableData: [51, pointer, given],
  CastTypeInfoToTensorInfo: [55, pointer, given],
  GetTensorElementType: [60, pointer, whole],
  GetDimensionsCount: [61, pointer, count],
  GetDimensions: [62, pointer, pointer, "size_t"],
  GetTensorTypeAndShape: [65, pointer, given],
  CreateCpuMemoryInfo: [69, "int", "int", given],
  AllocatorFree: [76, pointer, pointer],
  GetAllocatorWithDefaultOptions: [78, given],
  AddExternalInitializersFromFilesInMemory: [279, pointer, "str *", pointer, pointer, "size_t"],
  RegisterExecutionProviderLibrary: [301, pointer, "str", "str"],
  GetEpDevices: [303, pointer, given, count],
  SessionOptionsAppendExecutionProvider_V2: [304, pointer, pointer, pointer, "size_t", "str *", "str *", "size_t"],
  GetTensorSizeInBytes: [318, pointer, count],
} as const

/** The same in OrtCompileApi. */
export const compileFunctions = {
  CreateModelCompilationOptionsFromSessionOptions: [1, pointer, pointer, given],
  ModelCompilationOptions_SetInputModelFromBuffer: [3, pointer, pointer, "size_t"],
  ModelCompilationOptions_SetOutputModelBuffer: [6, pointer, pointer, pointer, pointer],
  ModelCompilationOptions_SetEpContextEmbedMode: [7, pointer, "bool"],
  CompileModel: [8, pointer, pointer],
} as const

/** Functions that give something else: place, result, parameters. */
export const otherFunctions = {
  GetErrorMessage: [2, "str", pointer],
  ReleaseStatus: [93, "void", pointer],
  ReleaseMemoryInfo: [94, "void", pointer],
  ReleaseSession: [95, "void", pointer],
  ReleaseValue: [96, "void", pointer],
  ReleaseTypeInfo: [98, "void", pointer],
  ReleaseTensorTypeAndShapeInfo: [99, "void", pointer],
  ReleaseSessionOptions: [100, "void", pointer],
  GetCompileApi: [294, pointer],
  GetKeyValue: [297, "str", pointer, "str"],
  HardwareDevice_Type: [307, "int", pointer],
  EpDevice_EpName: [312, "str", pointer],
  EpDevice_EpMetadata: [314, pointer, pointer],
  EpDevice_Device: [316, pointer, pointer],
} as const

/** The one of OrtCompileApi. */
export const releaseCompilationOptions = [0, "void", pointer] as const

export type StatusFunction = keyof typeof apiFunctions | keyof typeof compileFunctions
export type OtherFunction = keyof typeof otherFunctions | "ReleaseModelCompilationOptions"
