import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Discovery } from "@strongroom/opencl/discovery"
import { drivers, environmentFor } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { hasCompiler, makeDriver, register } from "../discovery/icd.js"
import { run } from "./run.js"

const folder = mkdtempSync(join(tmpdir(), "opencl-command-test-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const nowhere = { ...process.env, STRONGROOM_OPENCL_LIBRARY: "/nowhere/libOpenCL.so" }
const nobody = { ...process.env, OCL_ICD_VENDORS: folder }

describe.skipIf(drivers.pocl === undefined)("info, with a driver", () => {
  const pocl = drivers.pocl && environmentFor("pocl")

  it("prints what there is", async () => {
    const { stdout, stderr, exitCode } = await run(["info"], pocl ?? {})
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 })
    expect(stdout).toMatch(/^OpenCL library .*OpenCL.*\n\nDriver .*\/pocl\.icd = .*libpocl.*\n/)
    expect(stdout).toContain("\n\n  Platform Portable Computing Language\n    vendor      The pocl project\n")
    expect(stdout).toMatch(/\n {4}Device .*\n {6}type {12}CPU/)
    expect(stdout).toMatch(/\n {6}compute units {3}\d+/)
    expect(stdout).toMatch(/\n {6}memory {10}[\d.]+ GiB, [\d.]+ [GM]iB in one piece/)
    for (const line of stdout.split("\n").slice(3)) expect(line.length).toBeLessThanOrEqual(100)
  })

  it("prints the same as data with --json", async () => {
    const { stdout, stderr, exitCode } = await run(["info", "--json"], pocl ?? {})
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 })
    const { drivers }: Discovery = JSON.parse(stdout)
    expect(drivers).toMatchObject([{ outcome: "ready", problem: null, platforms: [{ devices: [{ type: ["CPU"] }] }] }])
  })

  it.skipIf(!hasCompiler)("names a driver that crashes, and ends with 3", async () => {
    const directory = join(folder, "crashing")
    const bad = makeDriver(directory, "bad", { when: "devices", how: "abort()", platform: true })
    register(directory, "good", readFileSync(join(pocl?.OCL_ICD_VENDORS ?? "", "pocl.icd"), "utf8").trim())
    const environment = { ...pocl, OCL_ICD_VENDORS: directory }
    const { stdout, exitCode } = await run(["info"], environment)
    expect(exitCode).toBe(3)
    const library = join(directory, "libraries/bad.so")
    expect(stdout).toContain(
      `Driver ${bad} = ${library}\n  crashed  It crashed the process (SIGABRT) when platform "Bad`,
    )
    expect(stdout).toContain("\n  printed  about to misbehave\n")
    expect(stdout).toMatch(/\n {4}Device .*\n {6}type {12}CPU/)
    expect(stdout).toContain("To keep one out, remove its\nfile, or name a directory without it in OCL_ICD_VENDORS.")
    // It may be piped into a terminal: what a driver calls itself doesn't steer it.
    expect(stdout).toContain("Bad\\u{1b}[31m platform")
    expect(stdout).not.toContain("\u001b")
    expect((await run(["info", "--json"], environment)).exitCode).toBe(3)
  })

  it.skipIf(!hasCompiler)("waits as long as --timeout says", async () => {
    const directory = join(folder, "hanging")
    makeDriver(directory, "bad", { when: "platforms", how: "for (;;) pause()" })
    const environment = { ...pocl, OCL_ICD_VENDORS: directory }
    const { stdout, exitCode } = await run(["info", "--timeout", "1.5"], environment)
    expect(exitCode).toBe(1) // there is no device
    expect(stdout).toMatch(/\n {2}hung {5}It gave no answer within 1\.\d+ s when/)
  })

  it.skipIf(process.platform === "win32")("ends like a program that a closed pipe kills", async () => {
    expect(await run(["info"], pocl ?? {}, false)).toEqual({ stdout: "", stderr: "", exitCode: 141 })
  })
})

describe("info, with nothing", () => {
  it("says what to install where there is no OpenCL, and ends with 1", async () => {
    const { stdout, stderr, exitCode } = await run(["info"], nowhere)
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 })
    expect(stderr).toMatch(/^error: OpenCL needs "\/nowhere\/libOpenCL\.so", which couldn't be loaded\..*\n$/)
  })

  it("says that as data with --json", async () => {
    const { stdout, stderr, exitCode } = await run(["info", "--json"], nowhere)
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 })
    expect(JSON.parse(stderr)).toEqual({ error: { code: "LIBRARY_NOT_FOUND", message: expect.any(String) } })
  })

  it.skipIf(process.platform !== "linux" || drivers.pocl === undefined)(
    "says so where no driver is registered",
    async () => {
      const { stdout, exitCode } = await run(["info"], { ...nobody, ...pickLoader() })
      expect(exitCode).toBe(1)
      expect(stdout).toMatch(/\n\nNo driver is registered: install .*pocl-opencl-icd\)\.\n$/)
    },
  )
})

/** The loader that came with PoCL, if it did. */
function pickLoader() {
  const { STRONGROOM_OPENCL_LIBRARY, PYOPENCL_HOME } = drivers.pocl ?? {}
  return STRONGROOM_OPENCL_LIBRARY ? { STRONGROOM_OPENCL_LIBRARY, PYOPENCL_HOME } : {}
}

describe("the command line", () => {
  it.each([[["--help"]], [["-h"]], [["info", "--help"]]])("%j prints the help", async (args) => {
    const { stdout, stderr, exitCode } = await run(args, nowhere)
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 })
    for (const word of ["--json", "--timeout", "--version", "Exit codes"]) expect(stdout).toContain(word)
  })

  it("--version prints the package's", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))
    expect(await run(["--version"], nowhere)).toEqual({ stdout: `${version}\n`, stderr: "", exitCode: 0 })
  })

  it.each([
    [[], `The command is "info", but got nothing. --help shows all.`],
    [["about"], `The command is "info", but got "about". --help shows all.`],
    [["info", "more"], `The command is "info", but got "info more". --help shows all.`],
    [["info", "--nope"], "Unknown option '--nope'. --help shows all."],
    [["info", "--json=yes"], "Option '--json' does not take an argument. --help shows all."],
    [["info", "--timeout", "0"], `--timeout needs a number of seconds above 0 and up to 3600, but got "0".`],
    [["info", "--timeout", "soon"], `--timeout needs a number of seconds above 0 and up to 3600, but got "soon".`],
  ])("%j is misuse", async (args, message) => {
    expect(await run(args, nowhere)).toEqual({ stdout: "", stderr: `error: ${message}\n`, exitCode: 2 })
  })
})
