import type { NamedVersion } from "../info/index.js"
import { constants as CL, type DeviceHandle } from "../native/index.js"
import type { DeviceReport } from "./device-report.js"
import {
  atomicCapabilities,
  deviceTypes,
  floatCapabilities,
  queueProperties,
  singleFloatCapabilities,
  svmCapabilities,
} from "./flags.js"
import { type Questions, questionsFor, words } from "./questions.js"

/** @throws OpenCLError where a driver refuses what every device has to say */
export function describeDevice(device: DeviceHandle): DeviceReport {
  const questions = questionsFor(device)
  const { ask, tryTo, flags } = questions
  const extensions = words(ask(CL.DEVICE_EXTENSIONS))
  const known: Device = { ...questions, extensions }
  return {
    name: ask(CL.DEVICE_NAME).trim(),
    vendor: ask(CL.DEVICE_VENDOR).trim(),
    vendorId: ask(CL.DEVICE_VENDOR_ID),
    type: flags(CL.DEVICE_TYPE, deviceTypes),
    driver: ask(CL.DRIVER_VERSION),
    version: ask(CL.DEVICE_VERSION).trim(),
    profile: ask(CL.DEVICE_PROFILE),
    languages: languages(known),
    intermediateLanguages: words(tryTo(CL.DEVICE_IL_VERSION) ?? ""),
    builtInKernels: (tryTo(CL.DEVICE_BUILT_IN_KERNELS) ?? "").split(";").filter((name) => name !== ""),
    extensions,
    available: ask(CL.DEVICE_AVAILABLE),
    hasCompiler: ask(CL.DEVICE_COMPILER_AVAILABLE),
    hasLinker: tryTo(CL.DEVICE_LINKER_AVAILABLE),
    computeUnits: ask(CL.DEVICE_MAX_COMPUTE_UNITS),
    megahertz: ask(CL.DEVICE_MAX_CLOCK_FREQUENCY),
    addressBits: ask(CL.DEVICE_ADDRESS_BITS),
    littleEndian: ask(CL.DEVICE_ENDIAN_LITTLE),
    memory: memory(known),
    workGroup: workGroup(known),
    subGroup: subGroup(known),
    floats: floats(known),
    preferredVectorWidths: vectorWidths(known),
    images: ask(CL.DEVICE_IMAGE_SUPPORT) ? images(known) : null,
    sharedVirtualMemory: flags(CL.DEVICE_SVM_CAPABILITIES, svmCapabilities),
    atomics: flags(CL.DEVICE_ATOMIC_MEMORY_CAPABILITIES, atomicCapabilities),
    queues: flags(CL.DEVICE_QUEUE_ON_HOST_PROPERTIES, queueProperties),
    queuesOnDevice: flags(CL.DEVICE_QUEUE_ON_DEVICE_PROPERTIES, queueProperties),
    profilingNanoseconds: ask(CL.DEVICE_PROFILING_TIMER_RESOLUTION),
    printfBuffer: tryTo(CL.DEVICE_PRINTF_BUFFER_SIZE),
    subDevices: tryTo(CL.DEVICE_PARTITION_MAX_SUB_DEVICES),
    uuid: extensions.includes("cl_khr_device_uuid") ? hexadecimal(tryTo(CL.DEVICE_UUID_KHR)) : null,
  }
}

interface Device extends Questions {
  readonly extensions: readonly string[]
}

/** OpenCL 3.0 has a list; before, it is the text `OpenCL C 1.2 ...`. */
function languages({ ask, tryTo }: Device): string[] {
  const versions: readonly NamedVersion[] = tryTo(CL.DEVICE_OPENCL_C_ALL_VERSIONS) ?? []
  if (versions.length === 0) return [ask(CL.DEVICE_OPENCL_C_VERSION).trim()]
  return versions.map(({ name, version: { major, minor } }) => `${name} ${major}.${minor}`)
}

function memory({ ask, tryTo, bytes }: Device): DeviceReport["memory"] {
  return {
    global: bytes(CL.DEVICE_GLOBAL_MEM_SIZE),
    largestAllocation: bytes(CL.DEVICE_MAX_MEM_ALLOC_SIZE),
    cache: bytes(CL.DEVICE_GLOBAL_MEM_CACHE_SIZE),
    cacheLine: ask(CL.DEVICE_GLOBAL_MEM_CACHELINE_SIZE),
    constant: bytes(CL.DEVICE_MAX_CONSTANT_BUFFER_SIZE),
    local: bytes(CL.DEVICE_LOCAL_MEM_SIZE),
    localIsSeparate: ask(CL.DEVICE_LOCAL_MEM_TYPE) === CL.LOCAL,
    sharedWithHost: tryTo(CL.DEVICE_HOST_UNIFIED_MEMORY),
    correctsErrors: ask(CL.DEVICE_ERROR_CORRECTION_SUPPORT),
    largestArgument: ask(CL.DEVICE_MAX_PARAMETER_SIZE),
    alignment: ask(CL.DEVICE_MEM_BASE_ADDR_ALIGN) / 8, // OpenCL gives bits
  }
}

function workGroup({ ask, tryTo }: Device): DeviceReport["workGroup"] {
  return {
    largest: ask(CL.DEVICE_MAX_WORK_GROUP_SIZE),
    largestByDimension: ask(CL.DEVICE_MAX_WORK_ITEM_SIZES),
    preferredMultiple: tryTo(CL.DEVICE_PREFERRED_WORK_GROUP_SIZE_MULTIPLE),
    mayDifferInSize: tryTo(CL.DEVICE_NON_UNIFORM_WORK_GROUP_SUPPORT),
    hasCollectiveFunctions: tryTo(CL.DEVICE_WORK_GROUP_COLLECTIVE_FUNCTIONS_SUPPORT),
  }
}

/** OpenCL itself has no sizes of sub-groups before a kernel is built: vendors' extensions have. */
function subGroup({ tryTo, extensions }: Device): DeviceReport["subGroup"] {
  const mostInWorkGroup = tryTo(CL.DEVICE_MAX_NUM_SUB_GROUPS) ?? 0
  if (mostInWorkGroup === 0) return null
  return {
    mostInWorkGroup,
    sizes: subGroupSizes(tryTo, extensions),
    progressIndependently: tryTo(CL.DEVICE_SUB_GROUP_INDEPENDENT_FORWARD_PROGRESS),
  }
}

function subGroupSizes(tryTo: Questions["tryTo"], extensions: readonly string[]): number[] | null {
  if (extensions.includes("cl_intel_required_subgroup_size")) return tryTo(CL.DEVICE_SUB_GROUP_SIZES_INTEL)
  const size =
    (extensions.includes("cl_nv_device_attribute_query") ? tryTo(CL.DEVICE_WARP_SIZE_NV) : null) ??
    (extensions.includes("cl_amd_device_attribute_query") ? tryTo(CL.DEVICE_WAVEFRONT_WIDTH_AMD) : null)
  return size === null ? null : [size]
}

/** What drivers say of halves and doubles means something only where there are some. */
function floats({ flags, extensions }: Device): DeviceReport["floats"] {
  const double = flags(CL.DEVICE_DOUBLE_FP_CONFIG, floatCapabilities)
  return {
    half: extensions.includes("cl_khr_fp16") ? flags(CL.DEVICE_HALF_FP_CONFIG, floatCapabilities) : null,
    single: flags(CL.DEVICE_SINGLE_FP_CONFIG, singleFloatCapabilities),
    double: double.length > 0 ? double : null,
  }
}

function vectorWidths({ ask, tryTo }: Device): DeviceReport["preferredVectorWidths"] {
  return {
    char: ask(CL.DEVICE_PREFERRED_VECTOR_WIDTH_CHAR),
    short: ask(CL.DEVICE_PREFERRED_VECTOR_WIDTH_SHORT),
    int: ask(CL.DEVICE_PREFERRED_VECTOR_WIDTH_INT),
    long: ask(CL.DEVICE_PREFERRED_VECTOR_WIDTH_LONG),
    half: tryTo(CL.DEVICE_PREFERRED_VECTOR_WIDTH_HALF) ?? 0,
    float: ask(CL.DEVICE_PREFERRED_VECTOR_WIDTH_FLOAT),
    double: ask(CL.DEVICE_PREFERRED_VECTOR_WIDTH_DOUBLE),
  }
}

function images({ ask, tryTo }: Device): DeviceReport["images"] {
  return {
    largest2d: [ask(CL.DEVICE_IMAGE2D_MAX_WIDTH), ask(CL.DEVICE_IMAGE2D_MAX_HEIGHT)],
    largest3d: [ask(CL.DEVICE_IMAGE3D_MAX_WIDTH), ask(CL.DEVICE_IMAGE3D_MAX_HEIGHT), ask(CL.DEVICE_IMAGE3D_MAX_DEPTH)],
    largestArray: tryTo(CL.DEVICE_IMAGE_MAX_ARRAY_SIZE),
    largestFromBuffer: tryTo(CL.DEVICE_IMAGE_MAX_BUFFER_SIZE),
    readByKernel: ask(CL.DEVICE_MAX_READ_IMAGE_ARGS),
    writtenByKernel: ask(CL.DEVICE_MAX_WRITE_IMAGE_ARGS),
    samplers: ask(CL.DEVICE_MAX_SAMPLERS),
  }
}

function hexadecimal(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString("hex")
}
