/** What the jail is told before main, and what it tells: the same numbers as in native/jail.h. */

export interface JailConfiguration {
  /** Places over which a private tmpfs is mounted. */
  readonly covers: readonly string[]
  /** The private directory: in one of the covers, or one itself. Becomes the working directory. */
  readonly directory: string
  /** Mount options of each tmpfs. */
  readonly tmpfs: string
  /** Files and folders that may be read. */
  readonly read: readonly string[]
  /** Programs that may be started, by posix_spawn(3) in native/programs.c. */
  readonly execute: readonly string[]
  /** Device nodes that may be read, written and controlled. */
  readonly devices: readonly string[]
  /** Whether the process may name its own threads by files of /proc. */
  readonly threadNames: boolean
  /** For seccomp(2), by `compileFilter`. */
  readonly filter: Uint8Array
}

const kinds = { end: 0, covers: 1, directory: 2, tmpfs: 3, read: 4, execute: 5, devices: 6, filter: 7, threads: 8 }

/** The room for it in native/configuration.c. */
const mostBytes = 65_536

/** @throws RangeError when it is longer than the jail reads. */
export function encodeConfiguration(configuration: JailConfiguration): Uint8Array {
  const { covers, directory, tmpfs, read, execute, devices, threadNames, filter } = configuration
  const texts = { covers, directory: [directory], tmpfs: [tmpfs], read, execute, devices }
  const records = Object.entries(texts).flatMap(([kind, values]) =>
    values.map((value) => record(kinds[kind as keyof typeof kinds], Buffer.from(`${value}\0`))),
  )
  const nothing = new Uint8Array()
  if (threadNames) records.push(record(kinds.threads, nothing))
  const body = Buffer.concat([...records, record(kinds.filter, filter), record(kinds.end, nothing)])
  if (body.length > mostBytes) {
    throw new RangeError(`The vault's places take ${body.length} bytes of at most ${mostBytes}: name fewer in needs`)
  }
  return Buffer.concat([u32(body.length), body])
}

function record(kind: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([u32(kind), u32(bytes.length), bytes, Buffer.alloc(-bytes.length & 7)])
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** In the order of native/jail.h, whose `enum step` explains each. */
const steps = [
  ...(["magic", "tracer", "user", "userMaps", "notDumpable", "noCore", "descriptors"] as const),
  ...(["mounts", "network", "ipc", "processes", "privateMounts", "readOnly", "covered", "covers"] as const),
  ...(["made", "entered", "outerNumber", "diesWith", "memoryRead", "memoryOpen", "relay", "newProc"] as const),
  ...(["threadNames", "capabilities", "noNewPrivileges"] as const),
  ...(["landlockAbi", "landlock", "landlockRules", "landlockMissing", "seccomp"] as const),
]

/** The result of each step: 0 or a number that the step explains, and -errno for what failed. */
export type JailResults = { readonly [step in (typeof steps)[number]]: number }

/** MAGIC_VALUE there. */
const magic = (0x53524a31n << 32n) | BigInt(steps.length)

/** What the jail left. Undefined for what isn't its table. */
export function decodeResults(bytes: Uint8Array): JailResults | undefined {
  if (bytes.length !== 8 * steps.length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getBigInt64(0, true) !== magic) return undefined
  return Object.fromEntries(
    steps.map((step, index) => [step, Number(view.getBigInt64(8 * index, true))]),
  ) as unknown as JailResults
}
