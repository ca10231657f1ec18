import { execFileSync } from "node:child_process"
import { closeSync, fstatSync, openSync } from "node:fs"
import { chmod, mkdtemp, rename, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { fileSource } from "../src/node/file-source.js"

const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 3 + (i >> 8)) & 0xff)
const posix = process.platform !== "win32"
let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
  path = join(folder, "file")
  await writeFile(path, bytes)
})

afterEach(() => rm(folder, { recursive: true }))

const isOpen = (descriptor: number) => {
  try {
    fstatSync(descriptor)
    return true
  } catch {
    return false
  }
}

describe.each([
  ["path", (place: string) => place],
  ["URL", (place: string) => pathToFileURL(place)],
  ["descriptor", (place: string) => openSync(place, "r")],
])("a file by its %s", (_what, place) => {
  test("reads any range, many at once", async () => {
    const source = fileSource(place(path))
    expect(await source.byteLength()).toBe(bytes.length)
    const ranges = Array.from({ length: 64 }, (_, i) => [i * 1500, 1 + ((i * 37) % 4000)] as const)
    await Promise.all(
      [...ranges, [0, bytes.length] as const, [bytes.length, 0] as const].map(async ([offset, length]) => {
        const target = new Uint8Array(length)
        await source.read(offset, target)
        expect(Buffer.compare(target, bytes.subarray(offset, offset + length))).toBe(0)
      }),
    )
    await source.close()
  })

  test("refuses to read past the end, and misuse", async () => {
    const source = fileSource(place(path))
    await expect(source.read(bytes.length - 1, new Uint8Array(2))).rejects.toMatchObject({ code: "truncated" })
    await expect(source.read(-1, new Uint8Array(2))).rejects.toThrow(RangeError)
    await expect(source.read(Number.NaN, new Uint8Array(2))).rejects.toThrow(RangeError)
    await source.close()
  })

  test("close is safe twice, and nothing is read afterwards", async () => {
    const source = fileSource(place(path))
    const reading = source.read(0, new Uint8Array(bytes.length)).catch((error: unknown) => error)
    await Promise.all([source.close(), source.close()])
    expect([undefined, TypeError]).toContain((await reading)?.constructor)
    await expect(source.byteLength()).rejects.toThrow(TypeError)
    await expect(source.read(0, new Uint8Array(1))).rejects.toThrow(TypeError)
  })

  test("a file that changes while it is open is source-changed", async () => {
    const source = fileSource(place(path))
    await source.read(0, new Uint8Array(10))
    await utimes(path, 1, 1)
    await expect(source.read(0, new Uint8Array(10))).rejects.toMatchObject({ code: "source-changed" })
    await source.close()
    const shrinking = fileSource(place(path))
    await shrinking.byteLength()
    await truncate(path, 10)
    await expect(shrinking.read(0, new Uint8Array(20))).rejects.toMatchObject({ code: "source-changed" })
    await shrinking.close()
  })

  test("an empty file is a source like any other", async () => {
    await truncate(path)
    const source = fileSource(place(path))
    expect(await source.byteLength()).toBe(0)
    await source.read(0, new Uint8Array(0))
    await expect(source.read(0, new Uint8Array(1))).rejects.toMatchObject({ code: "truncated" })
    await source.close()
  })

  test("an aborted call rejects with the signal's reason", async () => {
    const source = fileSource(place(path))
    const reason = new Error("enough")
    await expect(source.byteLength(AbortSignal.abort(reason))).rejects.toBe(reason)
    await expect(source.read(0, new Uint8Array(1), AbortSignal.abort(reason))).rejects.toBe(reason)
    const controller = new AbortController()
    const reading = source.read(0, new Uint8Array(bytes.length), controller.signal)
    controller.abort(reason)
    await expect(reading).rejects.toBe(reason)
    await source.close()
  })
})

test("a file that is replaced is read to its end as it was", async () => {
  const source = fileSource(path)
  await source.byteLength()
  await writeFile(join(folder, "other"), "other")
  await rename(join(folder, "other"), path)
  const target = new Uint8Array(bytes.length)
  await source.read(0, target)
  expect(Buffer.compare(target, bytes)).toBe(0)
  await source.close()
})

test("what isn't there is source-missing, and can come later", async () => {
  const source = fileSource(join(folder, "later"))
  await expect(source.byteLength()).rejects.toMatchObject({
    code: "source-missing",
    message: expect.stringContaining(join(folder, "later")),
  })
  await expect(fileSource(join(path, "below")).byteLength()).rejects.toMatchObject({ code: "source-missing" })
  await writeFile(join(folder, "later"), "now")
  expect(await source.byteLength()).toBe(3)
  await source.close()
})

test("a folder is source-unreadable", async () => {
  await expect(fileSource(folder).byteLength()).rejects.toMatchObject({
    code: "source-unreadable",
    message: expect.stringContaining("folder"),
  })
})

test.runIf(posix)("a pipe, a device and a loop of links are source-unreadable, at once", async () => {
  execFileSync("mkfifo", [join(folder, "pipe")])
  await symlink("loop", join(folder, "loop"))
  for (const place of [join(folder, "pipe"), "/dev/null", "/dev/zero", join(folder, "loop")]) {
    await expect(fileSource(place).byteLength()).rejects.toMatchObject({ code: "source-unreadable" })
  }
})

test.runIf(posix)("a descriptor of a pipe or open for writing only is source-unreadable", async () => {
  execFileSync("mkfifo", [join(folder, "pipe")])
  // Both ends, so that opening it waits for nobody.
  const pipe = openSync(join(folder, "pipe"), "r+")
  const source = fileSource(pipe)
  await expect(source.byteLength()).rejects.toMatchObject({ code: "source-unreadable" })
  await source.close()
  expect(isOpen(pipe)).toBe(false)
  const writing = fileSource(openSync(path, "a"))
  await expect(writing.read(0, new Uint8Array(1))).rejects.toMatchObject({ code: "source-unreadable" })
  await writing.close()
})

// Root may read everything.
test.runIf(posix && process.getuid?.() !== 0)("a file without permission is source-unreadable", async () => {
  await chmod(path, 0)
  await expect(fileSource(path).byteLength()).rejects.toMatchObject({
    code: "source-unreadable",
    message: expect.stringContaining("permission"),
  })
})

test("a descriptor is the source's, and is closed with it, unread or read", async () => {
  for (const used of [true, false]) {
    const descriptor = openSync(path, "r")
    const source = fileSource(descriptor)
    if (used) await source.read(0, new Uint8Array(10))
    await source.close()
    expect(isOpen(descriptor)).toBe(false)
  }
})

test("a descriptor that is closed already is source-unreadable", async () => {
  const descriptor = openSync(path, "r")
  closeSync(descriptor)
  const source = fileSource(descriptor)
  await expect(source.byteLength()).rejects.toMatchObject({ code: "source-unreadable" })
})

test("misuse is a TypeError or a RangeError", async () => {
  expect(() => fileSource("")).toThrow(TypeError)
  expect(() => fileSource(-1)).toThrow(RangeError)
  await expect(fileSource(new URL("https://example.org/")).byteLength()).rejects.toThrow(TypeError)
  await expect(fileSource("a\0b").byteLength()).rejects.toThrow(TypeError)
})
