import type {
  CommandQueueHandle,
  ContextHandle,
  DeviceHandle,
  MemoryHandle,
  PlatformHandle,
  ProgramHandle,
} from "../native/handles.js"

/** A version packed in 32 bits: major 10, minor 10, patch 12. OpenCL 3.0, cl_version. */
export interface Version {
  readonly major: number
  readonly minor: number
  readonly patch: number
}

export interface NamedVersion {
  readonly name: string
  readonly version: Version
}

/** cl_image_format: one of the channel orders (R, RGBA, ...), one of the types (FLOAT, UNSIGNED_INT8, ...). */
export interface ImageFormat {
  readonly channelOrder: number
  readonly channelType: number
}

/** What clGet*Info gives, and the value that it becomes. Handles are null where there is no object. */
export interface InfoValues {
  string: string
  /** cl_bool */
  bool: boolean
  /** cl_int */
  int: number
  /** cl_uint and enumerations of its width */
  uint: number
  uints: number[]
  /** size_t: a count or a number of bytes */
  size: number
  sizes: number[]
  /** cl_ulong: bytes, nanoseconds */
  ulong: bigint
  ulongs: bigint[]
  /** A set of 64 flags, none of which is beyond bit 52. */
  flags: number
  /** Names and values in turn, of 64 bits, as they were given; with the zero at the end. */
  properties: bigint[]
  version: Version
  namedVersions: NamedVersion[]
  imageFormat: ImageFormat
  bytes: Uint8Array
  /** An address in host memory. */
  pointer: bigint | null
  platform: PlatformHandle | null
  device: DeviceHandle | null
  devices: DeviceHandle[]
  context: ContextHandle | null
  commandQueue: CommandQueueHandle | null
  memory: MemoryHandle | null
  program: ProgramHandle | null
}

export type InfoKind = keyof InfoValues

/** The parameters of one clGet*Info function, by their numbers. */
export type InfoTable = Readonly<Record<number, InfoKind>>

/** The value of a parameter of a table. */
export type InfoValue<Table extends InfoTable, Name extends keyof Table> = Table[Name] extends InfoKind
  ? InfoValues[Table[Name]]
  : never
