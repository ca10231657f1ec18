import { execFileSync, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { accessSync, closeSync, cpSync, existsSync, openSync, readFileSync } from "node:fs"
import type { Socket } from "node:net"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { makeJail } from "../src/app/jail.js"
import { temporaryFolder, testBackend } from "./support.js"

const path = (place: string) => fileURLToPath(new URL(place, import.meta.url))
const native = path("../native")
const zig = process.env.STRONGROOM_ZIG

/** Skipped where the tool is missing, or more is; in CI that is a failure. */
function withTool(names: readonly string[], isMore = true) {
  const folders = (process.env.PATH ?? "").split(delimiter)
  const isThere = (name: string) => existsSync(name) || folders.some((folder) => existsSync(join(folder, name)))
  return it.skipIf(process.platform !== "linux" || (!process.env.CI && !(isMore && names.every(isThere))))
}

/** The objects by name, each with its SHA-256. */
function digests(folder: string): { readonly [name: string]: string } {
  const names = ["linux-arm64.so", "linux-x64.so"]
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex"),
    ]),
  )
}

async function builtForRelease(): Promise<string> {
  const { buildForRelease } = await import("../scripts/build-native.mjs")
  const folder = await temporaryFolder()
  // From a copy in another place: nothing of where it lies may get in.
  cpSync(native, join(folder, "some where/else"), { recursive: true })
  buildForRelease(String(zig), folder, join(folder, "some where/else"))
  return folder
}

describe("the native part", () => {
  it.skipIf(!process.env.CI && !zig)("is built again, elsewhere, to the same bytes as were released", async () => {
    const lines = readFileSync(join(native, "checksums.txt"), "utf8").trim().split("\n")
    const released = Object.fromEntries(lines.map((line) => line.split("  ").reverse()))
    expect(digests(await builtForRelease())).toEqual(released)
    expect(digests(path("../dist/native"))).toEqual(released)
  })

  it("needs no library", () => {
    const object = readFileSync(path(`../dist/native/linux-${process.arch}.so`))
    expect(object.includes("libc.so")).toBe(false)
    expect(object.includes("GLIBC")).toBe(false)
  })
})

/** Starts `command` with the jail, as the app starts Node, and gives what it printed. */
async function runInJail(library: string, command: readonly string[], needs: { read: string[] }, preload = true) {
  const directory = await temporaryFolder()
  const script = new URL("../dist/worker/main.js", import.meta.url)
  const settings = { native: new URL("../dist/native/", import.meta.url), script, node: process.execPath, directory }
  const jail = makeJail({ ...settings, backend: testBackend({}, needs), modules: [] })
  if ("missing" in jail) throw new Error(jail.missing)
  const descriptor = openSync(library, "r")
  const [program = "", ...rest] = command
  const child = spawn(program, rest, {
    env: { STRONGROOM_JAIL: "5", ...(preload && { LD_PRELOAD: "/proc/self/fd/6" }) },
    stdio: ["ignore", "pipe", "ignore", "ignore", "ignore", "pipe", descriptor],
  })
  closeSync(descriptor)
  const streams: readonly unknown[] = child.stdio
  const socket = streams[5] as Socket
  socket.on("error", () => {})
  socket.end(jail.configuration)
  const ended = once(child, "close")
  const lines: string[] = []
  for await (const piece of child.stdout ?? []) lines.push(String(piece))
  const [code] = await ended
  const found = lines.join("").trim().split("\n")
  return { code, found: Object.fromEntries(found.map((line) => line.split(" "))) }
}

/** Compiles test/fixtures/host.c to a place that the jail lets be read. */
async function host(...compiler: readonly string[]): Promise<string> {
  const folder = await temporaryFolder()
  const [program = "", ...first] = compiler
  execFileSync(program, [...first, "-o", join(folder, "host"), path("fixtures/host.c"), "-pthread"], { stdio: "pipe" })
  accessSync(join(folder, "host"))
  return folder
}

// 0x53524a31 and the number of steps.
const magic = String((0x53524a31n << 32n) | 31n)
const whole = { bytes: "248", magic, thread: "7", raised: "1", deadlock: "1", preload: "0" }
const confined = { ...whole, pid: "1", socket: "-1" }

describe("the jail, before a program's main", () => {
  const own = path(`../dist/native/linux-${process.arch}.so`)

  for (const [library, compiler] of [
    ["glibc", "gcc"],
    ["musl", "musl-gcc"],
  ] as const) {
    withTool([compiler])(`leaves ${library} whole after its fork`, async () => {
      const folder = await host(compiler)
      const { code, found } = await runInJail(own, [join(folder, "host")], { read: [folder] })
      expect(found).toEqual(confined)
      expect(code).toBe(42)
    })
  }

  // qemu runs threads of its own, so that it can't enter a namespace, and has neither Landlock nor seccomp: what can be
  // seen is that the object loads, takes its configuration, forks and tells, and that what fails is told.
  withTool(["qemu-aarch64", "/usr/aarch64-linux-gnu/lib/libc.so.6"], zig !== undefined)(
    "runs on arm64, as far as an emulator goes",
    async () => {
      const folder = await host(String(zig), "-m", "ziglang", "cc", "-target", "aarch64-linux-gnu.2.31")
      const emulator = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu", "-E", "LD_PRELOAD=/proc/self/fd/6"]
      const library = join(await builtForRelease(), "linux-arm64.so")
      const { code, found } = await runInJail(library, [...emulator, join(folder, "host")], { read: [folder] }, false)
      expect(found).toMatchObject(whole)
      expect(code).toBe(42)
    },
  )
})
