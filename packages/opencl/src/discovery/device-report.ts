/** A device as plain data. Null is what the driver doesn't say, mostly because its OpenCL is older than the question. */
export interface DeviceReport {
  readonly name: string
  readonly vendor: string
  /** PCI's number of the vendor, where there is one. */
  readonly vendorId: number
  /** CPU, GPU, accelerator, custom, default; one of the platform's devices is also its default. */
  readonly type: readonly string[]
  readonly driver: string
  readonly version: string
  readonly profile: string
  /** Versions of OpenCL C that it compiles. */
  readonly languages: readonly string[]
  /** Intermediate languages, e.g. SPIR-V_1.2. */
  readonly intermediateLanguages: readonly string[]
  readonly builtInKernels: readonly string[]
  readonly extensions: readonly string[]
  readonly available: boolean
  readonly hasCompiler: boolean
  readonly hasLinker: boolean | null
  readonly computeUnits: number
  readonly megahertz: number
  readonly addressBits: number
  readonly littleEndian: boolean
  /** Sizes in bytes. */
  readonly memory: {
    readonly global: number
    readonly largestAllocation: number
    readonly cache: number
    readonly cacheLine: number
    readonly constant: number
    readonly local: number
    /** Whether local memory is memory of its own, and no part of the global one. */
    readonly localIsSeparate: boolean
    readonly sharedWithHost: boolean | null
    readonly correctsErrors: boolean
    readonly largestArgument: number
    readonly alignment: number
  }
  readonly workGroup: {
    readonly largest: number
    readonly largestByDimension: readonly number[]
    readonly preferredMultiple: number | null
    readonly mayDifferInSize: boolean | null
    readonly hasCollectiveFunctions: boolean | null
  }
  /** Null where the device has no sub-groups. */
  readonly subGroup: {
    readonly mostInWorkGroup: number
    /** In work-items; null where the driver doesn't say. */
    readonly sizes: readonly number[] | null
    readonly progressIndependently: boolean | null
  } | null
  /** What arithmetic can do by width; null where there is none. */
  readonly floats: {
    readonly half: readonly string[] | null
    readonly single: readonly string[]
    readonly double: readonly string[] | null
  }
  /** Elements of the vectors that the device likes best, by type; 0 where it hasn't got the type. */
  readonly preferredVectorWidths: Readonly<
    Record<"char" | "short" | "int" | "long" | "half" | "float" | "double", number>
  >
  /** Sizes in pixels; null where there are no images. */
  readonly images: {
    readonly largest2d: readonly [width: number, height: number]
    readonly largest3d: readonly [width: number, height: number, depth: number]
    readonly largestArray: number | null
    readonly largestFromBuffer: number | null
    readonly readByKernel: number
    readonly writtenByKernel: number
    readonly samplers: number
  } | null
  /** What of shared virtual memory there is. */
  readonly sharedVirtualMemory: readonly string[]
  readonly atomics: readonly string[]
  readonly queues: readonly string[]
  /** Of queues that kernels fill; empty where there are none. */
  readonly queuesOnDevice: readonly string[]
  /** How fine times of profiling are, in nanoseconds. */
  readonly profilingNanoseconds: number
  /** Of kernels' printf, in bytes. */
  readonly printfBuffer: number | null
  /** How many devices it may be split into. */
  readonly subDevices: number | null
  readonly uuid: string | null
}
