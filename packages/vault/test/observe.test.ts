import type * as fs from "node:fs"
import { beforeEach, describe, expect, it, vi } from "vitest"
import type { JailResults } from "../src/os/jail.js"
import type { Attempts } from "../src/worker/attempts.js"
import {
  observeCoreDumps,
  observeDirectory,
  observeDirectoryInMemory,
  observeOutput,
  observeSwap,
} from "../src/worker/observe-process.js"

/*
 * Each mechanism as it should be, and broken in every way that its observation is there to see. The system is played:
 * no machine has all of these.
 */

const system = vi.hoisted(() => ({
  files: {} as { [path: string]: string },
  places: {} as { [path: string]: object },
  streams: {} as { [descriptor: number]: object },
  fileSystem: 0,
}))

vi.mock("node:fs", async (original) => {
  const actual = await original<typeof fs>()
  const given = (table: { [name: string]: unknown }) => (name: string | number) => {
    if (!(name in table)) throw Object.assign(new Error(`There is no ${name}`), { code: "ENOENT" })
    return table[name]
  }
  const own = {
    readFileSync: (path: string) => given(system.files)(path),
    lstatSync: (path: string) => given(system.places)(path),
    statSync: (path: string) => given(system.places)(path),
    fstatSync: (descriptor: number) => given(system.streams)(descriptor),
    statfsSync: () => ({ type: system.fileSystem }),
  }
  return { ...actual, ...own, default: { ...actual, ...own } }
})
vi.mock("node:os", async (original) => ({
  ...(await original<object>()),
  homedir: () => "/home",
  tmpdir: () => "/tmp",
}))

const noSwap = "Filename Type Size Used Priority\n"
/** What a process finds that nothing closed, and one that its jail did. */
const open: Attempts = { calls: {}, files: {}, listRoot: "done", start: "done", raiseCoreLimit: "done", dumpable: 1 }
const closed: Attempts = { ...open, raiseCoreLimit: "EPERM", dumpable: 0 }

/** Tells the folder that the app made from the vault's, which is 1:2. */
const outside = "1:1"
const folder = { uid: process.getuid?.(), mode: 0o40700, dev: 1, ino: 2 }
const nullDevice = { rdev: 259, isCharacterDevice: () => true }

beforeEach(() => {
  system.files = {
    "/proc/swaps": noSwap,
    "/proc/self/limits": "Limit Soft Hard\nMax core file size        0                    unlimited            bytes\n",
    "/proc/sys/kernel/core_pattern": "core\n",
  }
  system.places = { "/vault": folder, ".": folder, "/home": folder, "/tmp": folder, "/dev/null": nullDevice }
  system.streams = { 1: nullDevice, 2: nullDevice }
  system.fileSystem = 0x01021994
})

/** Only whether its parent could be confined is asked for. */
const jailWith = (relay: number) => ({ relay }) as JailResults
const jail = jailWith(0)

const posix = process.platform !== "win32"

describe.runIf(posix)("the folder", () => {
  it("is private as it is made", () => {
    expect(observeDirectory("/vault", outside, jail)).toMatchObject({
      state: "enforced",
      evidence: { mode: "0700", own: true, apart: true },
    })
  })

  it("isn't, where the jail's parent half could enter it, or there is no jail", () => {
    expect(observeDirectory("/vault", outside, jailWith(-38)).state).toBe("unavailable")
    expect(observeDirectory("/vault", outside, undefined).state).toBe("unavailable")
  })

  it("that the app's other processes can enter, isn't", () => {
    expect(observeDirectory("/vault", "1:2", jail)).toMatchObject({ state: "unavailable", evidence: { apart: false } })
  })

  it.each([
    ["that others can read", "/vault", { mode: 0o40740 }],
    ["that others can enter", "/vault", { mode: 0o40701 }],
    ["of another user", "/vault", { uid: -1 }],
    ["that isn't the working one", ".", { ino: 3 }],
    ["that isn't the working one, on another device", ".", { dev: 3 }],
    ["that isn't the home", "/home", { ino: 3 }],
    ["that isn't for temporary files", "/tmp", { ino: 3 }],
  ])("%s isn't", (_, path, change) => {
    system.places[path] = { ...folder, ...change }
    expect(observeDirectory("/vault", outside, jail).state).toBe("unavailable")
  })

  it("that has been moved away can't be looked at", () => {
    delete system.places["/vault"]
    expect(() => observeDirectory("/vault", outside, jail)).toThrow()
  })
})

describe("folders in memory", () => {
  it("are those in tmpfs without swap, and in ramfs", () => {
    expect(observeDirectoryInMemory("/vault").state).toBe("enforced")
    system.fileSystem = 0x858458f6
    delete system.files["/proc/swaps"]
    expect(observeDirectoryInMemory("/vault").state).toBe("enforced")
  })

  it("aren't those on a disk, or in tmpfs with swap or where that can't be seen", () => {
    system.files["/proc/swaps"] += "/dev/sda2 partition 1 0 -2\n"
    expect(observeDirectoryInMemory("/vault").state).toBe("unavailable")
    delete system.files["/proc/swaps"]
    expect(observeDirectoryInMemory("/vault").state).toBe("unavailable")
    system.files["/proc/swaps"] = noSwap
    system.fileSystem = 0xef53
    expect(observeDirectoryInMemory("/vault").state).toBe("unavailable")
  })
})

it("swap is seen, and not seen", () => {
  expect(observeSwap().state).toBe("observed")
  system.files["/proc/swaps"] += "/dev/sda2 partition 1 0 -2\n"
  expect(observeSwap().state).toBe("unavailable")
  delete system.files["/proc/swaps"]
  expect(observeSwap().state).toBe("unavailable")
})

describe.runIf(posix)("output", () => {
  it("is discarded by the null device only", () => {
    expect(observeOutput(false).state).toBe("enforced")
    expect(observeOutput(true).state).toBe("off")
  })

  it.each([1, 2])("isn't when descriptor %i is a file, another device, or can't be seen", (descriptor) => {
    for (const change of [{ isCharacterDevice: () => false }, { rdev: 260 }]) {
      system.streams[descriptor] = { ...nullDevice, ...change }
      expect(observeOutput(false).state).toBe("unavailable")
    }
    delete system.streams[descriptor]
    expect(() => observeOutput(false)).toThrow()
  })
})

describe("core dumps", () => {
  it("are kept away by a limit of 0", () => {
    expect(observeCoreDumps(open).state).toBe("observed")
  })

  it("can't be in a process that isn't dumpable and can't raise its limit, also where a program takes them", () => {
    system.files["/proc/sys/kernel/core_pattern"] = "|/usr/lib/systemd-coredump %P\n"
    expect(observeCoreDumps(closed).state).toBe("enforced")
    for (const change of [
      { dumpable: 1 },
      { dumpable: null },
      { raiseCoreLimit: "done" },
      { raiseCoreLimit: "ENOSYS" },
    ]) {
      expect(observeCoreDumps({ ...closed, ...change }).state).toBe("unavailable")
    }
  })

  it.each([
    [
      "another limit",
      "/proc/self/limits",
      "Max core file size        unlimited            unlimited            bytes\n",
    ],
    ["a limit that can't be seen", "/proc/self/limits", undefined],
    ["a program that takes them", "/proc/sys/kernel/core_pattern", "|/usr/lib/systemd-coredump %P\n"],
    ["a pattern that can't be seen", "/proc/sys/kernel/core_pattern", undefined],
  ])("aren't with %s", (_, path, content) => {
    if (content === undefined) delete system.files[path]
    else system.files[path] = content
    expect(observeCoreDumps(open).state).toBe("unavailable")
  })

  it.each(["reportOnFatalError", "reportOnSignal"] as const)("aren't with Node's %s", (name) => {
    process.report[name] = true
    const states = [open, closed].map((attempts) => observeCoreDumps(attempts).state)
    process.report[name] = false
    expect(states).toEqual(["unavailable", "unavailable"])
  })
})
