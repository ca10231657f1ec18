import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { ordinaryUser } from "../ordinary-user.js"
import type { Stage } from "./stage.js"

/** What tools/scan.mjs prints. */
export interface ScanReport {
  readonly windows: number
  readonly secrets: number
  readonly files: number
  readonly fileBytes: number
  readonly processes: readonly number[]
  readonly memoryBytes: number
  /** Processes that couldn't be opened, with the error's name. */
  readonly refused: { readonly [pid: string]: string }
  readonly swap: { readonly [path: string]: string }
  readonly found: readonly { readonly needle: string; readonly where: string }[]
}

/** Everything where a user's programs leave things. */
function everywhere(stage: Stage): readonly string[] {
  const pattern = readFileSync("/proc/sys/kernel/core_pattern", "latin1").trim()
  const cores = pattern.startsWith("/") ? [dirname(pattern)] : []
  const runtime = ordinaryUser.uid === undefined ? process.env.XDG_RUNTIME_DIR : `/run/user/${ordinaryUser.uid}`
  const places = [
    stage.folder,
    tmpdir(),
    "/tmp",
    "/var/tmp",
    "/var/crash",
    "/dev/shm",
    "/dev/mqueue",
    runtime,
    ...cores,
  ]
  return [...new Set(places.filter((place) => place !== undefined && existsSync(place)))] as string[]
}

/** Runs the scanner as the attacker. `roots`: default everywhere, with all memory. */
export function scan(stage: Stage, roots?: readonly string[], memory = roots === undefined): ScanReport {
  const request = {
    ...stage.needles,
    roots: roots ?? everywhere(stage),
    // The needles are as new as the stage: no older file can hold one.
    since: stage.since,
    except: [join(stage.app, "test.key")],
    memory,
  }
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(stage.tools, "scan.mjs")], {
    ...ordinaryUser,
    cwd: stage.home,
    env: { PATH: process.env.PATH, HOME: stage.home },
    input: JSON.stringify(request),
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  })
  if (status !== 0) throw new Error(`The scanner failed: ${stderr}`)
  return JSON.parse(stdout)
}

/** Names of the needles in a report, each once. */
export function needlesIn(report: ScanReport): readonly string[] {
  return [...new Set(report.found.map(({ needle }) => needle))].sort()
}
