// On real drivers; what needs none is in sessions/doctor.txt, what doctor says against what drivers do in packages/audit.
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { drivers } from "@strongroom/test-machine"
import { describe, expect, it, onTestFinished } from "vitest"

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url))

function makeUser(driver: string) {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-doctor-test-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [home, work, temporary] = ["home", "work", "temporary"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  for (const place of [home, work, temporary]) mkdirSync(place)
  const { POCL_CACHE_DIR: _, AUBDumpCaptureFileName: __, ...own } = drivers[driver] ?? {}
  const base = { PATH: process.env.PATH, HOME: home, TMPDIR: temporary, ...own }
  return {
    doctor: (args: readonly string[], variables = {}) =>
      execFileSync(process.execPath, [program, "doctor", ...args], {
        ...{ cwd: work, env: { ...base, ...variables }, encoding: "utf8" },
      }),
    left: () => [home, work, temporary].flatMap((place) => readdirSync(place)),
  }
}

type Found = { readonly id: string; readonly open: boolean }

describe.skipIf(drivers.pocl === undefined && !process.env.CI)("with PoCL", () => {
  it("a variable opens a surface; the text fits into 80 columns; nothing is left", () => {
    const { doctor, left } = makeUser("pocl")
    const open = (variables = {}) =>
      (JSON.parse(doctor(["--json"], variables)).surfaces as readonly Found[])
        .filter((surface) => surface.open)
        .map(({ id }) => id)
    expect(open()).toContain("pocl-kcache")
    expect(open()).not.toContain("pocl-debug-trace")
    expect(open({ POCL_TRACING: "text" })).toContain("pocl-debug-trace")
    const text = doctor([])
    expect(text).toMatch(/^ {2}OpenCL +Portable +.* ready /m)
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80)
    expect(left()).toEqual([])
  })
})

describe.skipIf(drivers["intel-gpu"] === undefined)("with Intel NEO", () => {
  it("a driver that dumps as soon as it is asked leaves nothing in the user's folders", () => {
    const { doctor, left } = makeUser("intel-gpu")
    expect(doctor([])).toContain("NEOReadDebugKeys=1")
    expect(left()).toEqual([])
  })
})
