import type { DeviceReport } from "./device-report.js"

/** What became of a driver in a process of its own. */
export type Outcome =
  /** It has platforms. */
  | "ready"
  /** It loads and has no platform: mostly there is no device here that it drives. */
  | "empty"
  /** It can't be loaded: loaders skip such drivers. */
  | "unloadable"
  /** It answers with an error. */
  | "failed"
  /** It killed the process by a signal, as it would kill every process that loads OpenCL. */
  | "crashed"
  /** It ended the process by an exit code, likewise. */
  | "exited"
  /** It never came back, likewise. */
  | "hung"

/** Plain data, as everything here: it survives JSON. */
export interface PlatformReport {
  readonly name: string
  readonly vendor: string
  readonly version: string
  readonly profile: string
  readonly extensions: readonly string[]
  readonly devices: readonly DeviceReport[]
}

export interface DriverReport {
  /** The file that registers it; null where a variable names its library, or the platform has no such files. */
  readonly file: string | null
  /** The driver's library; null where it isn't known. */
  readonly library: string | null
  readonly outcome: Outcome
  /** What is the matter, in a sentence; null for drivers that are ready and end well. */
  readonly problem: string | null
  /** The beginning of what it printed, which often says why. */
  readonly printed: string
  /** Those that it showed; also before it failed. */
  readonly platforms: readonly PlatformReport[]
  /** How long its process took. */
  readonly milliseconds: number
}

export interface Discovery {
  /** OpenCL's library, the loader, by the path or name that it was loaded by. */
  readonly library: string
  readonly drivers: readonly DriverReport[]
}

/** Whether a driver ends or blocks every process that loads OpenCL. */
export function isHarmful({ outcome }: DriverReport): boolean {
  return outcome === "crashed" || outcome === "exited" || outcome === "hung"
}
