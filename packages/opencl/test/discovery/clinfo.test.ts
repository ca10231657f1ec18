import { spawnSync } from "node:child_process"
import { tmpdir } from "node:os"
import { type DeviceReport, discover } from "@strongroom/opencl/discovery"
import { drivers, environmentFor } from "@strongroom/test-machine"
import { describe, expect, it } from "vitest"

/** In CI there has to be one: then the tests fail, and aren't skipped. */
const hasClinfo = process.env.CI !== undefined || spawnSync("clinfo", ["--version"]).status === 0

/** What clinfo, which is C and none of ours, says of the first device: by parameter, as it prints them with --raw. */
function askClinfo(environment: NodeJS.ProcessEnv): Map<string, string> {
  const { stdout } = spawnSync("clinfo", ["--raw"], { env: environment, encoding: "utf8", cwd: tmpdir() })
  const device = [...stdout.matchAll(/^\[\S+\/0\] +(CL_\S+) *(.*)$/gm)]
  return new Map(device.map(([, name = "", value = ""]) => [name, value.trim()]))
}

type Expected = Readonly<Record<string, string | number | boolean | null | undefined | readonly unknown[]>>

/** Ours, in clinfo's words: sets of flags by how many are set. */
function inItsWords(device: DeviceReport): Expected {
  const { memory, workGroup, subGroup, floats, images } = device
  return {
    CL_DEVICE_NAME: device.name,
    CL_DEVICE_VENDOR: device.vendor,
    CL_DEVICE_VENDOR_ID: `0x${device.vendorId.toString(16)}`,
    CL_DEVICE_TYPE: device.type,
    CL_DRIVER_VERSION: device.driver,
    CL_DEVICE_VERSION: device.version,
    CL_DEVICE_PROFILE: device.profile,
    CL_DEVICE_IL_VERSION: device.intermediateLanguages.join(" "),
    CL_DEVICE_EXTENSIONS: device.extensions.join(" "),
    CL_DEVICE_AVAILABLE: device.available,
    CL_DEVICE_COMPILER_AVAILABLE: device.hasCompiler,
    CL_DEVICE_LINKER_AVAILABLE: device.hasLinker,
    CL_DEVICE_MAX_COMPUTE_UNITS: device.computeUnits,
    CL_DEVICE_MAX_CLOCK_FREQUENCY: device.megahertz,
    CL_DEVICE_ADDRESS_BITS: device.addressBits,
    CL_DEVICE_ENDIAN_LITTLE: device.littleEndian,
    CL_DEVICE_GLOBAL_MEM_SIZE: memory.global,
    CL_DEVICE_MAX_MEM_ALLOC_SIZE: memory.largestAllocation,
    CL_DEVICE_GLOBAL_MEM_CACHE_SIZE: memory.cache,
    CL_DEVICE_GLOBAL_MEM_CACHELINE_SIZE: memory.cacheLine,
    CL_DEVICE_MAX_CONSTANT_BUFFER_SIZE: memory.constant,
    CL_DEVICE_LOCAL_MEM_SIZE: memory.local,
    CL_DEVICE_LOCAL_MEM_TYPE: memory.localIsSeparate ? "CL_LOCAL" : "CL_GLOBAL",
    CL_DEVICE_HOST_UNIFIED_MEMORY: memory.sharedWithHost,
    CL_DEVICE_ERROR_CORRECTION_SUPPORT: memory.correctsErrors,
    CL_DEVICE_MAX_PARAMETER_SIZE: memory.largestArgument,
    CL_DEVICE_MEM_BASE_ADDR_ALIGN: memory.alignment * 8,
    CL_DEVICE_MAX_WORK_GROUP_SIZE: workGroup.largest,
    CL_DEVICE_MAX_WORK_ITEM_SIZES: workGroup.largestByDimension.join(" "),
    CL_DEVICE_PREFERRED_WORK_GROUP_SIZE_MULTIPLE: workGroup.preferredMultiple,
    CL_DEVICE_NON_UNIFORM_WORK_GROUP_SUPPORT: workGroup.mayDifferInSize,
    CL_DEVICE_WORK_GROUP_COLLECTIVE_FUNCTIONS_SUPPORT: workGroup.hasCollectiveFunctions,
    CL_DEVICE_MAX_NUM_SUB_GROUPS: subGroup?.mostInWorkGroup ?? 0,
    CL_DEVICE_SUB_GROUP_SIZES_INTEL: subGroup?.sizes?.join(" "),
    CL_DEVICE_HALF_FP_CONFIG: floats.half ?? undefined,
    CL_DEVICE_SINGLE_FP_CONFIG: floats.single,
    CL_DEVICE_DOUBLE_FP_CONFIG: floats.double ?? undefined,
    CL_DEVICE_IMAGE2D_MAX_WIDTH: images?.largest2d[0],
    CL_DEVICE_IMAGE2D_MAX_HEIGHT: images?.largest2d[1],
    CL_DEVICE_IMAGE3D_MAX_WIDTH: images?.largest3d[0],
    CL_DEVICE_IMAGE3D_MAX_HEIGHT: images?.largest3d[1],
    CL_DEVICE_IMAGE3D_MAX_DEPTH: images?.largest3d[2],
    CL_DEVICE_IMAGE_MAX_ARRAY_SIZE: images?.largestArray,
    CL_DEVICE_IMAGE_MAX_BUFFER_SIZE: images?.largestFromBuffer,
    CL_DEVICE_MAX_READ_IMAGE_ARGS: images?.readByKernel,
    CL_DEVICE_MAX_WRITE_IMAGE_ARGS: images?.writtenByKernel,
    CL_DEVICE_MAX_SAMPLERS: images?.samplers,
    CL_DEVICE_SVM_CAPABILITIES: device.sharedVirtualMemory,
    CL_DEVICE_ATOMIC_MEMORY_CAPABILITIES: device.atomics,
    CL_DEVICE_QUEUE_ON_HOST_PROPERTIES: device.queues,
    CL_DEVICE_PROFILING_TIMER_RESOLUTION: device.profilingNanoseconds,
    CL_DEVICE_PRINTF_BUFFER_SIZE: device.printfBuffer,
    CL_DEVICE_PARTITION_MAX_SUB_DEVICES: device.subDevices,
    CL_DEVICE_UUID_KHR: device.uuid?.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
    ...Object.fromEntries(
      Object.entries(device.preferredVectorWidths).map(([type, width]) => [
        `CL_DEVICE_PREFERRED_VECTOR_WIDTH_${type.toUpperCase()}`,
        width,
      ]),
    ),
  }
}

function normalise(value: Expected[string], its: string | undefined): unknown {
  if (typeof value === "boolean") return value ? "CL_TRUE" : "CL_FALSE"
  if (typeof value === "string") return value.replace(/ +/g, " ")
  // Flags are named in other words: as many have to be set, in the same order of bits.
  if (Array.isArray(value)) return its?.split(" | ").length === value.length ? its : `${value.length} flags`
  return value === undefined ? undefined : String(value)
}

describe.each(["pocl", "intel-cpu", "intel-gpu"])("%s", (name) => {
  it.skipIf(drivers[name] === undefined || !hasClinfo)("is what clinfo says it is", async () => {
    const environment = environmentFor(name)
    const found = await discover({ environment })
    const device = found.drivers[0]?.platforms[0]?.devices[0] as DeviceReport
    const theirs = askClinfo(environment)
    const expected: Record<string, unknown> = {}
    const actual: Record<string, unknown> = {}
    for (const [parameter, value] of Object.entries(inItsWords(device))) {
      const its = theirs.get(parameter)?.replace(/ +/g, " ")
      expected[parameter] = its
      actual[parameter] = normalise(value, its)
    }
    expect(actual).toEqual(expected)
    expect(theirs.size).toBeGreaterThan(100)
  })
})
