import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { OpenCLError } from "../native/index.js"
import { alone } from "./alone.js"
import { judge } from "./judge.js"
import type { Message } from "./messages.js"
import { type Observation, observe } from "./observe.js"
import { type Environment, findRegistrations, hasRegistrations, type Registration } from "./registrations.js"
import type { Discovery, DriverReport } from "./report.js"

export interface DiscoverSettings {
  /** For each driver, to load and to answer. 20,000 by default: a GPU that sleeps takes seconds to wake. */
  readonly timeoutMilliseconds?: number
  /** Says where drivers are registered, and what they read themselves. This process's own by default. */
  readonly environment?: Environment
  /**
   * The working folder of those processes: some drivers leave files there. This process's own by default; relative paths
   * in variables and files are then the drivers' to read from there.
   */
  readonly folder?: string
}

/**
 * Lists every driver that is registered here, with its platforms and devices, each asked in a process of its own: one
 * that crashes, hangs or ends its process is named, and takes nobody along. Loads nothing native into this process.
 *
 * On Windows and macOS, where no files register drivers, OpenCL's library is asked as a whole.
 *
 * @throws OpenCLError LIBRARY_NOT_FOUND where OpenCL isn't installed
 * @throws RangeError where the time is no positive number
 */
export async function discover(settings: DiscoverSettings = {}): Promise<Discovery> {
  const { timeoutMilliseconds = 20_000, environment = process.env, folder: place } = settings
  if (!(timeoutMilliseconds > 0 && timeoutMilliseconds <= 2 ** 31 - 2001))
    throw new RangeError(`timeoutMilliseconds must be above 0, and less than 24 days; it is ${timeoutMilliseconds}.`)
  const registrations = hasRegistrations ? findRegistrations(environment) : []
  const folder = await mkdtemp(join(tmpdir(), "opencl-discovery-"))
  try {
    const ask = (registration: Registration, index: number) =>
      observe(
        registration.library,
        alone(registration, join(folder, String(index)), environment),
        timeoutMilliseconds,
        place,
      )
    if (hasRegistrations && registrations.length > 0) {
      const observations = await Promise.all(registrations.map(ask))
      return { library: libraryOf(observations), drivers: registrations.map(reportOf(observations)) }
    }
    const whole = await observe(null, environment, timeoutMilliseconds, place)
    const nobody = { file: null, library: null }
    return { library: libraryOf([whole]), drivers: hasRegistrations ? [] : [reportOf([whole])(nobody, 0)] }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const nameless = {
  outcome: "unloadable",
  problem: "The file can't be read, or names no library in its first line.",
  platforms: [],
} as const

function reportOf(observations: readonly Observation[]) {
  return ({ file, library }: Pick<Registration, "file" | "library">, index: number): DriverReport => {
    const observation = observations[index] as Observation
    const { printed, milliseconds } = observation
    const judgement = file !== null && library === null ? nameless : judge(observation)
    return { file, library, ...judgement, printed, milliseconds }
  }
}

/** All children load the same one. @throws OpenCLError LIBRARY_NOT_FOUND where they couldn't */
function libraryOf(observations: readonly Observation[]): string {
  const messages = observations.flatMap((observation) => observation.messages)
  const missing = messages.find((message): message is Missing => message.kind === "no-library")
  if (missing !== undefined) throw new OpenCLError("LIBRARY_NOT_FOUND", missing.message)
  return messages.find((message): message is Library => message.kind === "library")?.name ?? "unknown"
}

type Missing = Extract<Message, { kind: "no-library" }>
type Library = Extract<Message, { kind: "library" }>
