/**
 * native/: starts a program under a filter of system calls, and looks at the calls that stop. The layouts and numbers
 * here are those of native/watch.h and native/start.c.
 */
import { closeSync, existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { distribution } from "../distribution.js"
import { errorName } from "../system-error.js"

/** A program to start: everything resolved. */
export interface Command {
  /** The program's file. */
  readonly program: string
  /** With the name that it is called by, first. */
  readonly arguments: readonly string[]
  readonly environment: { readonly [name: string]: string | undefined }
  readonly folder: string
  /** This process's descriptors that become its standard input, output and error. */
  readonly standard: readonly [number, number, number]
}

/** A program that was started and is being watched. */
export interface Watched {
  readonly pid: number
  /** What {@link readEvents} reads; the reader closes it. */
  readonly events: number
  /** Settles when the last event is written: nobody is left, or {@link stop} was called. */
  readonly done: Promise<void>
  /** Ends watching. Whatever is left then finds that the calls that were watched fail (ENOSYS). */
  stop(): void
}

export interface Native {
  /** @throws an Error with `code` when the program can't be started: ENOENT, EACCES, ENOEXEC. */
  start(command: Command, settings: WatchSettings): Watched
  /** A pipe, closed in programs that are started: where it is read, and where it is written. */
  pipe(): readonly [read: number, write: number]
}

export interface WatchSettings {
  /** Seconds since 1970: only what changed since then is kept when it is removed or cut. */
  readonly since: number
  /** Bytes: what is longer is not copied to memory before it is cut. */
  readonly copyLimit: number
}

/** What `struct memory` may have. */
const memoryLength = 8_650_752

const closeOnExec = 0o2000000

let loading: Promise<Native> | undefined

/** @throws when there is none for this platform, or it wasn't built. */
export function native(): Promise<Native> {
  loading ??= load()
  return loading
}

async function load(): Promise<Native> {
  const path = fileURLToPath(new URL(`native/linux-${process.arch}.so`, distribution()))
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch))
    throw new Error(
      `Programs are watched on Linux only, on x64 and arm64; this is ${process.platform} on ${process.arch}.`,
    )
  if (!existsSync(path))
    throw new Error(
      "This package's native part is missing: it was built without a C compiler. Install a released package.",
    )
  const { default: koffi } = await import("koffi")
  const library = koffi.load(path)
  type Integer = (...values: unknown[]) => number | bigint
  const startProgram = library.func("long strongroom_start(void *command)") as unknown as Integer
  const watch = library.func("long strongroom_watch(void *watch)")
  const pipe2 = koffi.load(null).func("int pipe2(void *pair, int flags)") as unknown as Integer
  const address = (bytes: Uint8Array): bigint => BigInt(koffi.address(bytes))

  function pipe(): readonly [number, number] {
    const pair = new Int32Array(2)
    if (pipe2(pair, closeOnExec) !== 0) throw failed("pipe2", koffi.errno())
    return [pair[0] as number, pair[1] as number]
  }

  /** struct command; what it points to lives as long as `held`. */
  function encodeCommand(command: Command, held: Uint8Array[]): DataView {
    const text = (value: string) => {
      const bytes = Buffer.from(`${value}\0`)
      held.push(bytes)
      return address(bytes)
    }
    const list = (values: readonly string[]) => {
      const bytes = new Uint8Array(BigUint64Array.from([...values.map(text), 0n]).buffer)
      held.push(bytes)
      return address(bytes)
    }
    const variables = Object.entries(command.environment).filter(([, value]) => value !== undefined)
    const view = new DataView(new ArrayBuffer(56))
    view.setBigUint64(0, text(command.program), true)
    view.setBigUint64(8, list(command.arguments), true)
    view.setBigUint64(16, list(variables.map(([name, value]) => `${name}=${value}`)), true)
    view.setBigUint64(24, text(command.folder), true)
    for (const [index, descriptor] of command.standard.entries()) view.setInt32(32 + 4 * index, descriptor, true)
    return view
  }

  return {
    pipe,
    start(command, { since, copyLimit }) {
      const held: Uint8Array[] = []
      const view = encodeCommand(command, held)
      // Before there is a program that nobody could watch.
      const pipes: (readonly [number, number])[] = []
      let pid = 0
      try {
        pipes.push(pipe(), pipe())
        pid = Number(startProgram(new Uint8Array(view.buffer)))
        if (pid < 0) throw failed(`start ${command.program}`, -pid)
      } catch (error) {
        for (const descriptor of pipes.flat()) closeSync(descriptor)
        throw error
      }
      held.length = 0
      const [[events, writesEvents], [stops, stop]] = pipes as [readonly [number, number], readonly [number, number]]
      const settings = new DataView(new ArrayBuffer(40))
      const descriptors = [view.getInt32(44, true), pid, writesEvents, stops]
      for (const [index, descriptor] of descriptors.entries()) settings.setInt32(4 * index, descriptor, true)
      settings.setBigInt64(16, BigInt(since), true)
      settings.setBigInt64(24, BigInt(copyLimit), true)
      const memory = new Uint8Array(memoryLength)
      settings.setBigUint64(32, address(memory), true)
      // Both are in use until the watching ends.
      const lent = [memory, settings]
      let stopped = false
      const stopOnce = () => {
        if (!stopped) closeSync(stop)
        stopped = true
      }
      const done = new Promise<void>((resolve, reject) => {
        watch.async(new Uint8Array(settings.buffer), (error: unknown) => (error ? reject(error) : resolve()))
      }).finally(() => {
        lent.length = 0
        for (const descriptor of [view.getInt32(44, true), writesEvents, stops]) closeSync(descriptor)
        stopOnce()
      })
      return { pid, events, done, stop: stopOnce }
    },
  }
}

function failed(call: string, errno: number): NodeJS.ErrnoException {
  const code = errorName(errno)
  return Object.assign(new Error(`${call}: ${code}`), { code })
}
