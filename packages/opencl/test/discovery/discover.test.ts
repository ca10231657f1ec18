import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type DriverReport, discover, isHarmful } from "@strongroom/opencl/discovery"
import { drivers, environmentFor } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { hasCompiler, type Misbehaviour, makeDriver, register } from "./icd.js"

const folder = mkdtempSync(join(tmpdir(), "opencl-discovery-test-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0

function emptyDirectory(): string {
  const directory = join(folder, String(count++))
  mkdirSync(directory)
  return directory
}

const onPocl = it.skipIf(drivers.pocl === undefined)
const onBadDrivers = it.skipIf(drivers.pocl === undefined || !hasCompiler)

/** What becomes of one bad driver, whose directory holds PoCL too: that has to be as well as ever. */
async function besidePocl(misbehaviour: Misbehaviour, timeoutMilliseconds?: number): Promise<DriverReport> {
  const directory = emptyDirectory()
  const file = makeDriver(directory, "bad", misbehaviour)
  const environment = environmentFor("pocl")
  register(directory, "good", readFileSync(join(environment.OCL_ICD_VENDORS as string, "pocl.icd"), "utf8").trim())
  const settings = timeoutMilliseconds === undefined ? {} : { timeoutMilliseconds }
  const found = await discover({ ...settings, environment: { ...environment, OCL_ICD_VENDORS: directory } })
  const [bad, good, more] = found.drivers
  expect(more).toBeUndefined()
  expect(good).toMatchObject({ outcome: "ready", problem: null, platforms: [{ name: "Portable Computing Language" }] })
  expect(bad?.file).toBe(file)
  return bad as DriverReport
}

/** The same where there is no other: that one would need its time too, on processors that a driver may keep busy. */
async function byItself(misbehaviour: Misbehaviour, timeoutMilliseconds: number): Promise<DriverReport> {
  const directory = emptyDirectory()
  makeDriver(directory, "bad", misbehaviour)
  const environment = { ...environmentFor("pocl"), OCL_ICD_VENDORS: directory }
  const { drivers } = await discover({ timeoutMilliseconds, environment })
  expect(drivers).toHaveLength(1)
  return drivers[0] as DriverReport
}

describe.concurrent("a driver that is no good is named", () => {
  const moments = ["constructor", "platforms"] as const
  const asked = "when it was opened and asked for its platforms"
  describe.each(moments)("in %s", (when) => {
    onBadDrivers("aborts", async () => {
      const report = await besidePocl({ when, how: "abort()" })
      expect(report).toMatchObject({
        outcome: "crashed",
        problem: `It crashed the process (SIGABRT) ${asked}.`,
        printed: "about to misbehave",
        platforms: [],
      })
      expect(isHarmful(report)).toBe(true)
    })

    onBadDrivers("writes where nothing is", async () => {
      const report = await besidePocl({ when, how: "*(volatile int *)0 = 1" })
      expect(report).toMatchObject({ outcome: "crashed", problem: `It crashed the process (SIGSEGV) ${asked}.` })
    })

    onBadDrivers.each([0, 3])("ends the process at once with %i", async (code) => {
      const report = await besidePocl({ when, how: `_exit(${code})` })
      const problem = `It ended the process (exit code ${code}) ${asked}.`
      expect(report).toMatchObject({ outcome: "exited", problem })
      expect(isHarmful(report)).toBe(true)
    })

    onBadDrivers("exits, whose destructors Node's other threads don't always stand", async () => {
      const report = await besidePocl({ when, how: "exit(3)" })
      expect(report.problem).toMatch(/^It (ended the process \(exit code 3\)|crashed the process \(SIG\w+\)) when/)
      expect(isHarmful(report)).toBe(true)
    })

    onBadDrivers.each(["for (;;)", "for (;;) pause()"])("hangs: %s", async (how) => {
      const report = await byItself({ when, how }, 5000)
      expect(report.outcome).toBe("hung")
      expect(report.problem).toMatch(new RegExp(`^It gave no answer within \\d+(\\.\\d+)? s ${asked}\\.$`))
      expect(isHarmful(report)).toBe(true)
    })
  })

  onBadDrivers("hangs, with its signals blocked", async () => {
    const how = "sigset_t all; sigfillset(&all); sigprocmask(SIG_BLOCK, &all, NULL); for (;;) pause()"
    expect(await besidePocl({ when: "platforms", how }, 10_000)).toMatchObject({ outcome: "hung" })
  })

  onBadDrivers("leaves a process behind that holds its pipes", async () => {
    // It sleeps for longer than a test may take: nobody waits for it.
    const report = await besidePocl({ when: "platforms", how: "if (fork() == 0) { sleep(180); _exit(0); } abort()" })
    expect(report).toMatchObject({ outcome: "crashed" })
  })

  onBadDrivers("crashes when asked for devices, and says which platform it was", async () => {
    const report = await besidePocl({ when: "devices", how: "abort()", platform: true })
    const problem = `It crashed the process (SIGABRT) when platform "Bad\u001b[31m platform" was asked for its devices.`
    expect(report).toMatchObject({ outcome: "crashed", problem })
  })

  onBadDrivers("crashes only when the process ends: its platform is listed all the same", async () => {
    const report = await besidePocl({ when: "destructor", how: "abort()", platform: true })
    expect(report).toMatchObject({
      outcome: "crashed",
      problem: "It crashed the process (SIGABRT) after all was asked, when the process ended.",
      platforms: [{ name: "Bad\u001b[31m platform", devices: [] }],
    })
  })

  onBadDrivers("answers with an error", async () => {
    const report = await besidePocl({ when: "devices", how: "", platform: true, refusal: -6 })
    expect(report.outcome).toBe("failed")
    expect(report.problem).toMatch(
      /^When platform ".*" was asked for its devices: .*clGetDeviceIDs.*OUT_OF_HOST_MEMORY/,
    )
    expect(isHarmful(report)).toBe(false)
  })

  onBadDrivers("writes where the process tells what it found: only that is read", async () => {
    const junk = String.raw`junk\n{\n[]\nnull\n5\n{\"kind\":5}\n{\"kind\"`
    const report = await besidePocl({ when: "platforms", how: `dprintf(3, "${junk}")` })
    expect(report).toMatchObject({ outcome: "empty", platforms: [] })
  })

  onBadDrivers("writes more there than a process has to tell: the rest is not read", async () => {
    const how = 'for (int turn = 0; turn < 128; turn++) dprintf(3, "%65000d", turn)'
    const report = await besidePocl({ when: "platforms", how })
    expect(report).toMatchObject({ outcome: "exited", platforms: [] })
  })

  onBadDrivers("has no platform", async () => {
    const report = await besidePocl({ when: "platforms", how: "" })
    expect(report).toMatchObject({ outcome: "empty", platforms: [] })
    expect(isHarmful(report)).toBe(false)
  })
})

describe("a file that leads to no driver", () => {
  const cases: readonly (readonly [name: string, text: string, problem: RegExp])[] = [
    [
      "names what isn't there",
      "/nowhere/libnone.so\n",
      /^It can't be loaded: cannot open shared object file: No such file or directory\.$/,
    ],
    ["names what is no library", "/etc/passwd\n", /^It can't be loaded: invalid ELF header\.$/],
    ["names a library that is no driver", "libc.so.6\n", /^It can't be loaded: .*clGetExtensionFunctionAddress.*\.$/],
    ["is empty", "", /^The file can't be read, or names no library/],
  ]
  onPocl.each(cases)("%s", async (_, text, problem) => {
    const directory = emptyDirectory()
    const file = join(directory, "bad.icd")
    writeFileSync(file, text)
    const found = await discover({ environment: { ...environmentFor("pocl"), OCL_ICD_VENDORS: directory } })
    expect(found.drivers).toMatchObject([{ file, platforms: [], problem: expect.stringMatching(problem) }])
    expect(found.drivers.some(isHarmful)).toBe(false)
  })
})

describe("the place of drivers", () => {
  onPocl("is a directory, one file, or a library's name, by OCL_ICD_VENDORS", async () => {
    const environment = environmentFor("pocl")
    const directory = environment.OCL_ICD_VENDORS as string
    const file = join(directory, "pocl.icd")
    const library = readFileSync(file, "utf8").trim()
    for (const [place, named] of [
      [directory, file],
      [file, file],
      [library, null],
    ] as const) {
      const found = await discover({ environment: { ...environment, OCL_ICD_VENDORS: place } })
      expect(found.drivers).toMatchObject([{ file: named, library, outcome: "ready" }])
    }
  })

  onPocl("may hold no driver", async () => {
    const found = await discover({ environment: { ...environmentFor("pocl"), OCL_ICD_VENDORS: emptyDirectory() } })
    expect(found).toEqual({ library: expect.stringContaining("OpenCL"), drivers: [] })
  })

  it("needs OpenCL's library", async () => {
    const environment = { ...process.env, STRONGROOM_OPENCL_LIBRARY: "/nowhere/libOpenCL.so" }
    await expect(discover({ environment })).rejects.toMatchObject({
      name: "OpenCLError",
      code: "LIBRARY_NOT_FOUND",
      message: expect.stringContaining("/nowhere/libOpenCL.so"),
    })
  })
})

describe.each(["pocl", "intel-cpu", "intel-gpu"])("%s", (name) => {
  it.skipIf(drivers[name] === undefined)("is described, in plain data", async () => {
    const environment = environmentFor(name)
    const found = await discover({ environment })
    expect(JSON.parse(JSON.stringify(found))).toEqual(found)
    const [driver] = found.drivers
    expect(driver).toMatchObject({ outcome: "ready", problem: null, platforms: [{ profile: "FULL_PROFILE" }] })
    const [device] = driver?.platforms[0]?.devices ?? []
    expect(device?.type).toContain(name === "intel-gpu" ? "GPU" : "CPU")
    expect(device?.version).toMatch(/^OpenCL 3\.\d /)
    expect(device?.languages).toContain("OpenCL C 1.2")
    expect(device?.memory.global).toBeGreaterThan(2 ** 30)
    expect(device?.memory.largestAllocation).toBeLessThanOrEqual(device?.memory.global ?? 0)
    expect(device?.memory.alignment).toBe(128)
    expect(device?.workGroup.largestByDimension).toHaveLength(3)
    expect(device?.floats.single).toContain("round to nearest")
    expect(device?.extensions).toContain("cl_khr_byte_addressable_store")
    // What the drivers differ in.
    expect(device?.subGroup?.sizes ?? null).toEqual(
      { pocl: null, "intel-cpu": [4, 8, 16, 32, 64], "intel-gpu": [8, 16, 32] }[name] ?? null,
    )
    expect(device?.floats.half === null).toBe(name === "pocl")
    expect(device?.memory.localIsSeparate).toBe(name === "intel-gpu")
  })
})

describe("the process that asks", () => {
  onPocl("loads nothing native, from CommonJS too", () => {
    const code = `require("@strongroom/opencl/discovery").discover().then(({ drivers }) => {
      const maps = require("node:fs").readFileSync("/proc/self/maps", "utf8")
      console.log(drivers[0].outcome, /koffi|OpenCL|libpocl/.test(maps))
    })`
    expect(askNode(code, environmentFor("pocl"))).toBe("ready false\n")
  })

  onBadDrivers("works in the folder that it is given, where drivers leave what they leave", async () => {
    const [directory, work] = [emptyDirectory(), emptyDirectory()]
    const how = 'FILE *file = fopen("left", "w"); fclose(file)'
    makeDriver(directory, "careless", { when: "platforms", how })
    const environment = { ...environmentFor("pocl"), OCL_ICD_VENDORS: directory }
    await discover({ environment, folder: work })
    expect(existsSync(join(work, "left"))).toBe(true)
    expect(existsSync("left")).toBe(false)
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("doesn't take %d ms", async (timeoutMilliseconds) => {
    await expect(discover({ timeoutMilliseconds })).rejects.toThrow(RangeError)
  })

  it("can't be started: the error is the system's, and nothing waits for it", () => {
    const code = `process.execPath = "/nowhere/node"
      const { discover } = require("@strongroom/opencl/discovery")
      discover({ timeoutMilliseconds: 3_600_000 }).catch((error) => console.log(error.code))`
    expect(askNode(code)).toBe("ENOENT\n")
  })

  onBadDrivers("doesn't outlive a parent that is killed", async () => {
    const directory = emptyDirectory()
    const pidFile = join(directory, "pid")
    const how = `FILE *file = fopen("${pidFile}", "w"); fprintf(file, "%d", getpid()); fclose(file); for (;;) pause()`
    makeDriver(directory, "bad", { when: "platforms", how })
    const code = `import("@strongroom/opencl/discovery").then(({ discover }) => discover({ timeoutMilliseconds: 8000 }))`
    const parent = spawn(process.execPath, ["-e", code], {
      cwd: new URL("..", import.meta.url),
      // Its folder of temporary files stays behind.
      env: { ...environmentFor("pocl"), OCL_ICD_VENDORS: directory, TMPDIR: directory },
    })
    const readPid = () => (existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) : 0)
    await expect.poll(readPid).toBeGreaterThan(0)
    parent.kill("SIGKILL")
    await once(parent, "exit")
    expect(isAlive(readPid())).toBe(true)
    await expect.poll(() => isAlive(readPid())).toBe(false)
  })
})

/** What a CommonJS program prints that imports this package. */
function askNode(code: string, environment: NodeJS.ProcessEnv = process.env): string {
  const cwd = fileURLToPath(new URL("..", import.meta.url))
  const args = ["--input-type=commonjs", "--eval", code]
  return spawnSync(process.execPath, args, { cwd, env: environment, encoding: "utf8", timeout: 120_000 }).stdout
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
