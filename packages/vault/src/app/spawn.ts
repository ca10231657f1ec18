import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { closeSync, openSync } from "node:fs"
import type { Socket } from "node:net"
import { fileURLToPath } from "node:url"
import { type Channel, channelOver } from "../channel/channel.js"
import { type Frame, frameReader } from "../channel/frame.js"
import type { Jail } from "./jail.js"

export interface ProcessSettings {
  /** Node's program. */
  readonly node: string
  /** The vault's main module. */
  readonly script: URL
  /** What closes the process before its main, if there is such a thing here. */
  readonly jail: Jail | undefined
  readonly environment: { readonly [name: string]: string }
  /** Its working directory. */
  readonly directory: string
  /** True: what it prints goes to this process's standard error. */
  readonly debug: boolean
  /** The vault's descriptor 4, on which descriptors are passed; it stays the caller's here. */
  readonly passing: number | undefined
  receive(frame: Frame): void
  /** What came over the channel can't be read, or `receive` threw. The process is being killed. */
  broken(error: unknown): void
}

/** How the process ended; `error` if it never started. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly error?: Error
}

export interface VaultProcess {
  readonly pid: number | undefined
  readonly channel: Channel
  /** Settles once, when the process has ended and all that it sent has been received. */
  readonly ended: Promise<ProcessEnd>
  kill(): void
  /** Whether the process keeps this one alive. */
  hold(held: boolean): void
}

/**
 * Node's own options for the vault: given here, never inherited from the app's command line. What another program than
 * this process's own knows can't be seen.
 */
export function nodeOptions(node = process.execPath): readonly string[] {
  if (node !== process.execPath) return []
  // V8 would wake four threads for each collection, and wait for them where the engine's own threads have the processors:
  // nothing that a heap as small as a vault's gains by.
  const collecting = "--single-threaded-gc"
  // Where Node has it (22.14 and later), SIGUSR1 can't open the inspector even before the vault's own handler is set.
  return process.allowedNodeEnvironmentFlags.has("--disable-sigusr1") ? [collecting, "--disable-sigusr1"] : [collecting]
}

/** Where native/jail.c reads its configuration, and where its shared object is, until it closes that. */
const jailDescriptor = 5
const libraryDescriptor = 6

const jailEnvironment = {
  LD_PRELOAD: `/proc/self/fd/${libraryDescriptor}`,
  STRONGROOM_JAIL: String(jailDescriptor),
}

/** How long what a dead vault has sent may take to arrive, where something else still holds its channel open. */
const drainMilliseconds = 500

export function startProcess(settings: ProcessSettings): VaultProcess {
  const { node, script, jail, environment, directory } = settings
  const output = settings.debug ? 2 : "ignore"
  // By descriptor, because the loader takes no path with a space or a colon in it.
  const library = jail && openSync(jail.library, "r")
  // What is only left out is free, and Node's own pipes land there: the vault would take one for the jail's.
  const nothing = process.platform === "win32" ? undefined : openSync("/dev/null", "r")
  const child = spawn(node, [...nodeOptions(node), fileURLToPath(script)], {
    cwd: directory,
    // Node copies NODE_V8_COVERAGE from the app into every child, unless it is named here.
    env: { ...environment, ...(jail && jailEnvironment), NODE_V8_COVERAGE: undefined },
    stdio: [
      "ignore",
      output,
      output,
      "pipe",
      settings.passing ?? nothing ?? "ignore",
      jail ? "pipe" : (nothing ?? "ignore"),
      library ?? nothing ?? "ignore",
    ],
    windowsHide: true,
  })
  for (const descriptor of [library, nothing]) if (descriptor !== undefined) closeSync(descriptor)
  // Of its type, only the first five are known.
  const streams: readonly unknown[] = child.stdio
  if (jail) configure(streams[jailDescriptor] as Socket, jail)
  // With "pipe", Node makes a socketpair (on Windows a named pipe), whose other end is the child's descriptor 3.
  const socket = child.stdio[3] as Socket
  const kill = () => void child.kill("SIGKILL")
  const reader = frameReader(settings.receive)
  let readable = true
  socket.on("data", (bytes: Buffer) => {
    if (!readable) return
    try {
      reader.push(bytes)
    } catch (error) {
      readable = false
      kill()
      settings.broken(error)
    }
  })
  // A channel that breaks means a vault that ends: that is told by `ended`, and not at once where the jail's parent half
  // relays how. One that only closes must end, too.
  const killSoon = () => void setTimeout(kill, drainMilliseconds).unref()
  socket.on("error", killSoon)
  socket.on("end", killSoon)
  return {
    pid: child.pid,
    channel: channelOver(socket),
    ended: watch(child, socket),
    kill,
    hold(held) {
      if (held) {
        child.ref()
        socket.ref()
      } else {
        child.unref()
        socket.unref()
      }
    },
  }
}

/** The jail reads it before anything else; a process that has ended before is told by `ended`. */
function configure(socket: Socket, { configuration }: Jail): void {
  socket.on("error", () => {})
  socket.end(configuration)
  socket.unref()
}

async function watch(child: ChildProcess, socket: Socket): Promise<ProcessEnd> {
  const end = await new Promise<ProcessEnd>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }))
    child.once("error", (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, error })
    })
  })
  if (!socket.closed) {
    await once(socket, "close", { signal: AbortSignal.timeout(drainMilliseconds) }).catch(() => {})
  }
  socket.destroy()
  return end
}
