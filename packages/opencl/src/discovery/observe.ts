import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { type Message, messageDescriptor, readMessages } from "./messages.js"
import type { Environment } from "./registrations.js"

/** What was seen of one child. */
export interface Observation {
  readonly messages: readonly Message[]
  /** Null where a signal ended it, or nothing could. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly timedOut: boolean
  /** The beginning of its stdout and stderr. */
  readonly printed: string
  readonly milliseconds: number
}

const printedLength = 2000 // characters
/** Hundreds of devices take less. */
const toldLength = 4 << 20 // characters
/** For what is still in the pipes of a child that has ended: its own children may hold them open. */
const draining = 500 // milliseconds
/** For a child that not even SIGKILL ends, because a device holds it. */
const dying = 1000 // milliseconds

/** child.ts, built beside this. */
const childPath = () => fileURLToPath(new URL("./discovery-child.js", import.meta.url))

/**
 * Enumerates in a child with this environment.
 *
 * @param library of the one driver that is registered, if it is known
 * @param timeout in milliseconds; the child is killed then
 * @param folder the child's working folder; absent: this process's
 * @throws the system's error where no process can be started
 */
export function observe(
  library: string | null,
  environment: Environment,
  timeout: number,
  folder: string | undefined,
): Promise<Observation> {
  const started = performance.now()
  const child = spawn(process.execPath, [childPath(), String(Math.ceil(timeout / 1000) + 1), library ?? ""], {
    // Settings for this process's Node, such as a debugger's, aren't for that one; Electron has to be told to be Node.
    env: { ...environment, NODE_OPTIONS: undefined, ELECTRON_RUN_AS_NODE: "1" },
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    windowsHide: true,
  })
  let [printed, told, timedOut] = ["", "", false]
  const pipes = child.stdio.flatMap((pipe) => (pipe && "on" in pipe ? [pipe] : []))
  const hear = (pipe: NodeJS.ReadableStream, take: (text: string) => void) => pipe.setEncoding("utf8").on("data", take)
  const print = (text: string) => (printed = beginning(printed, text, printedLength))
  hear(child.stdout as NodeJS.ReadableStream, print)
  hear(child.stderr as NodeJS.ReadableStream, print)
  hear(child.stdio[messageDescriptor] as NodeJS.ReadableStream, (text) => {
    told = beginning(told, text, toldLength)
  })

  return new Promise((resolve, reject) => {
    const timers = [
      setTimeout(() => {
        timedOut = true
        child.kill("SIGKILL")
      }, timeout),
      setTimeout(finish, timeout + dying),
    ]
    child.once("error", (error) => {
      release()
      reject(error)
    })
    child.once("close", finish)
    child.once("exit", () => timers.push(setTimeout(finish, draining)))
    function release() {
      for (const timer of timers) clearTimeout(timer)
      for (const pipe of pipes) pipe.destroy()
      child.unref()
    }
    function finish() {
      release()
      const { exitCode, signalCode: signal } = child
      const milliseconds = Math.round(performance.now() - started)
      resolve({ messages: readMessages(told), exitCode, signal, timedOut, printed: printed.trim(), milliseconds })
    }
  })
}

function beginning(text: string, more: string, length: number): string {
  return text.length < length ? (text + more).slice(0, length) : text
}
