import { execFileSync, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "esbuild"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { fileSink } from "../src/node/file-sink.js"

const hooks = vi.hoisted(() => ({
  randomBytes: undefined as ((length: number) => Buffer) | undefined,
  link: undefined as (() => Promise<void>) | undefined,
}))

vi.mock("node:crypto", async (original) => {
  const real = await original<typeof import("node:crypto")>()
  return { ...real, randomBytes: (length: number) => (hooks.randomBytes ?? real.randomBytes)(length) }
})

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>()
  return { ...real, link: (from: string, to: string) => (hooks.link ?? (() => real.link(from, to)))() }
})

const bytes = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 5) & 0xff)
const posix = process.platform !== "win32"
const fixedName = `.strongroom-${"00".repeat(12)}.part`
let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
  path = join(folder, "model.sealed")
})

afterEach(async () => {
  hooks.randomBytes = undefined
  hooks.link = undefined
  await rm(folder, { recursive: true })
})

test("writes in any order, and shows nothing before the commit", async () => {
  const sink = fileSink(path)
  const pieces = Array.from({ length: 50 }, (_, i) => i * 1000).reverse()
  await Promise.all(pieces.map((offset) => sink.write(offset, bytes.subarray(offset, offset + 1000))))
  expect(existsSync(path)).toBe(false)
  await sink.commit()
  expect(Buffer.compare(await readFile(path), bytes)).toBe(0)
  expect(await readdir(folder)).toEqual(["model.sealed"])
  await sink.abort()
  expect(await readdir(folder)).toEqual(["model.sealed"])
})

test("commit waits for writes that are under way", async () => {
  const sink = fileSink(path)
  const writing = Array.from({ length: 50 }, (_, i) => sink.write(i * 1000, bytes.subarray(i * 1000, (i + 1) * 1000)))
  await sink.commit()
  expect(Buffer.compare(await readFile(path), bytes)).toBe(0)
  await Promise.all(writing)
})

test("a commit without a write makes an empty file", async () => {
  await fileSink(path).commit()
  expect((await stat(path)).size).toBe(0)
})

test.runIf(posix)("permissions: the umask's by default, else exactly the mode", async () => {
  const before = process.umask(0o027)
  try {
    await fileSink(path).commit()
    expect((await stat(path)).mode & 0o777).toBe(0o640)
    await fileSink(join(folder, "key"), { mode: 0o600 }).commit()
    expect((await stat(join(folder, "key"))).mode & 0o777).toBe(0o600)
    await fileSink(join(folder, "open"), { mode: 0o666 }).commit()
    expect((await stat(join(folder, "open"))).mode & 0o777).toBe(0o666)
  } finally {
    process.umask(before)
  }
})

test("abort leaves nothing, before and after writes, also twice", async () => {
  await fileSink(path).abort()
  const sink = fileSink(path)
  const writing = sink.write(0, bytes)
  await Promise.all([sink.abort(), sink.abort()])
  await writing
  await sink.abort()
  expect(await readdir(folder)).toEqual([])
  await expect(sink.write(0, bytes)).rejects.toThrow(TypeError)
  await expect(sink.commit()).rejects.toThrow(TypeError)
})

test("an abort during a commit waits for it", async () => {
  const sink = fileSink(path)
  await sink.write(0, bytes)
  const committing = sink.commit()
  await sink.abort()
  await committing
  expect(await readdir(folder)).toEqual(["model.sealed"])
})

test("a file that exists is kept, and the message says how to replace it", async () => {
  await writeFile(path, "precious")
  const sink = fileSink(path)
  await expect(sink.write(0, bytes)).rejects.toMatchObject({
    code: "sink-failed",
    message: expect.stringContaining("--force"),
  })
  await sink.abort()
  await expect(fileSink(path).commit()).rejects.toMatchObject({ code: "sink-failed" })
  expect(await readFile(path, "utf8")).toBe("precious")
  expect(await readdir(folder)).toEqual(["model.sealed"])
})

test("a file that appears meanwhile is kept", async () => {
  const sink = fileSink(path)
  await sink.write(0, bytes)
  await writeFile(path, "precious")
  await expect(sink.commit()).rejects.toMatchObject({
    code: "sink-failed",
    message: expect.stringContaining("--force"),
  })
  expect(await readFile(path, "utf8")).toBe("precious")
  expect(await readdir(folder)).toEqual(["model.sealed"])
})

test("with overwrite a file is replaced in one step", async () => {
  await writeFile(path, "old")
  const sink = fileSink(path, { overwrite: true })
  await sink.write(0, bytes)
  expect(await readFile(path, "utf8")).toBe("old")
  await sink.commit()
  expect(Buffer.compare(await readFile(path), bytes)).toBe(0)
  expect(await readdir(folder)).toEqual(["model.sealed"])
})

test.runIf(posix)("with overwrite a symbolic link is replaced, not followed", async () => {
  await writeFile(join(folder, "victim"), "precious")
  await symlink("victim", path)
  await expect(fileSink(path).commit()).rejects.toMatchObject({ code: "sink-failed" })
  await fileSink(path, { overwrite: true }).commit()
  expect((await lstat(path)).isSymbolicLink()).toBe(false)
  expect(await readFile(join(folder, "victim"), "utf8")).toBe("precious")
})

test("a folder, a pipe and a device are never replaced", async () => {
  await mkdir(path)
  for (const overwrite of [false, true]) {
    await expect(fileSink(path, { overwrite }).write(0, bytes)).rejects.toMatchObject({ code: "sink-failed" })
  }
  if (posix) {
    execFileSync("mkfifo", [join(folder, "pipe")])
    for (const place of [join(folder, "pipe"), "/dev/null"]) {
      await expect(fileSink(place, { overwrite: true }).commit()).rejects.toMatchObject({ code: "sink-failed" })
    }
  }
})

test("a folder that isn't there, or isn't one, is sink-failed", async () => {
  await writeFile(join(folder, "file"), "")
  for (const place of [join(folder, "none", "model.sealed"), join(folder, "file", "model.sealed")]) {
    const sink = fileSink(place)
    await expect(sink.write(0, bytes)).rejects.toMatchObject({ code: "sink-failed" })
    await expect(sink.commit()).rejects.toMatchObject({ code: "sink-failed" })
    await sink.abort()
  }
})

// Root may write everywhere.
test.runIf(posix && process.getuid?.() !== 0)("a folder without permission is sink-failed", async () => {
  await chmod(folder, 0o500)
  await expect(fileSink(path).write(0, bytes)).rejects.toMatchObject({
    code: "sink-failed",
    message: expect.stringContaining("permission"),
  })
  await chmod(folder, 0o700)
})

test.runIf(posix)("a link or file planted at the temporary name is neither followed nor removed", async () => {
  hooks.randomBytes = (length) => Buffer.alloc(length)
  await writeFile(join(folder, "victim"), "precious")
  for (const plant of [symlink, link]) {
    await plant(join(folder, "victim"), join(folder, fixedName))
    const sink = fileSink(path)
    await expect(sink.write(0, bytes)).rejects.toMatchObject({ code: "sink-failed" })
    await sink.abort()
    expect(await readFile(join(folder, "victim"), "utf8")).toBe("precious")
    expect(await readdir(folder)).toEqual([fixedName, "victim"])
    await rm(join(folder, fixedName))
  }
  await symlink("nowhere", join(folder, fixedName))
  await expect(fileSink(path).commit()).rejects.toMatchObject({ code: "sink-failed" })
  expect(await readlink(join(folder, fixedName))).toBe("nowhere")
  expect(existsSync(join(folder, "nowhere"))).toBe(false)
})

describe("on a file system without hard links", () => {
  const refuse = async () => {
    throw Object.assign(new Error("no links"), { code: "EPERM", syscall: "link" })
  }

  test("the file gets its name all the same", async () => {
    hooks.link = refuse
    const sink = fileSink(path)
    await sink.write(0, bytes)
    await sink.commit()
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0)
    expect(await readdir(folder)).toEqual(["model.sealed"])
  })

  test("a file that appears meanwhile is kept", async () => {
    hooks.link = refuse
    const sink = fileSink(path)
    await sink.write(0, bytes)
    await writeFile(path, "precious")
    await expect(sink.commit()).rejects.toMatchObject({ code: "sink-failed" })
    expect(await readFile(path, "utf8")).toBe("precious")
    expect(await readdir(folder)).toEqual(["model.sealed"])
  })
})

test("misuse is a TypeError or a RangeError", async () => {
  expect(() => fileSink("")).toThrow(TypeError)
  expect(() => fileSink(path, { mode: 0o1777 })).toThrow(RangeError)
  const sink = fileSink(path)
  await expect(sink.write(-1, bytes)).rejects.toThrow(RangeError)
  await expect(sink.write(0.5, bytes)).rejects.toThrow(RangeError)
  await sink.commit()
  await expect(sink.write(0, bytes)).rejects.toThrow(TypeError)
  await expect(sink.commit()).rejects.toThrow(TypeError)
})

// A child of its own: what fills the disk must not be this machine's, and limits can't be raised again.
describe.runIf(process.platform === "linux")("when there is no room", () => {
  const program = `
    import { readdir } from "node:fs/promises"
    import { fileSink } from "./file-sink.mjs"
    const [folder, size, step] = [process.argv[2], 4 << 20, process.argv[3]]
    const sink = fileSink(folder + "/model.sealed")
    const seen = []
    try {
      for (let at = 0; at < size; at += 65536) await sink.write(at, new Uint8Array(65536).fill(7))
      await sink.commit()
    } catch (error) {
      seen.push(error.code, error.message)
    }
    if (step === "abort") await sink.abort()
    else await sink.commit().catch((error) => seen.push(error.code))
    console.log(JSON.stringify([...seen, await readdir(folder)]))
  `
  beforeEach(async () => {
    await build({
      entryPoints: [new URL("../src/node/file-sink.ts", import.meta.url).pathname],
      outfile: join(folder, "file-sink.mjs"),
      bundle: true,
      platform: "node",
      format: "esm",
      logLevel: "error",
    })
    await writeFile(join(folder, "fill.mjs"), program)
    await mkdir(join(folder, "disk"))
  })

  const inNamespace = ["--user", "--map-root-user", "--mount"]
  const canMount =
    spawnSync("unshare", [...inNamespace, "sh", "-c", "mount -t tmpfs -o size=1m none /mnt"]).status === 0

  test.runIf(canMount).each(["abort", "commit"])("a full disk is sink-failed, and %s leaves nothing", (step) => {
    const script = `mount -t tmpfs -o size=1m none "$1/disk" && exec "$2" "$1/fill.mjs" "$1/disk" ${step}`
    const shell = ["sh", "-c", script, "sh", folder, process.execPath]
    const [code, message, ...rest] = JSON.parse(
      execFileSync("unshare", [...inNamespace, ...shell], { encoding: "utf8" }),
    ) as unknown[]
    expect(code).toBe("sink-failed")
    expect(message).toContain("the disk is full")
    expect(rest).toEqual(step === "abort" ? [[]] : ["sink-failed", []])
  })

  test.each(["abort", "commit"])("a file-size limit is sink-failed, and %s leaves nothing", (step) => {
    // 1 MiB, counted in units of 512 bytes.
    const script = `ulimit -f 2048 && exec "$2" "$1/fill.mjs" "$1/disk" ${step}`
    const output = execFileSync("sh", ["-c", script, "sh", folder, process.execPath], { encoding: "utf8" })
    const [code, message, ...rest] = JSON.parse(output) as unknown[]
    expect(code).toBe("sink-failed")
    expect(message).toContain("limit")
    expect(rest).toEqual(step === "abort" ? [[]] : ["sink-failed", []])
  })
})
