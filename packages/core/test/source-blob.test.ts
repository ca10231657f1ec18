import { openAsBlob } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { blobSource } from "../src/source/blob.js"

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i & 0xff)

test("reads any range of a blob", async () => {
  const source = blobSource(new Blob([bytes]))
  expect(await source.byteLength()).toBe(1000)
  for (const [offset, length] of [
    [0, 0],
    [0, 1000],
    [1, 998],
    [999, 1],
    [1000, 0],
  ] as const) {
    const target = new Uint8Array(length)
    await source.read(offset, target)
    expect(target).toEqual(bytes.slice(offset, offset + length))
  }
  await expect(source.read(999, new Uint8Array(2))).rejects.toMatchObject({ code: "truncated" })
  await expect(source.read(-1, new Uint8Array(2))).rejects.toThrow(RangeError)
  await source.close()
  await source.close()
})

test("a blob whose file changed is source-unreadable", async () => {
  const folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
  try {
    const path = join(folder, "file")
    await writeFile(path, bytes)
    const source = blobSource(await openAsBlob(path))
    await source.read(0, new Uint8Array(1000))
    await writeFile(path, bytes.subarray(0, 10))
    await expect(source.read(0, new Uint8Array(1000))).rejects.toMatchObject({ code: "source-unreadable" })
  } finally {
    await rm(folder, { recursive: true })
  }
})

test("an aborted read rejects with the signal's reason", async () => {
  const reason = new Error("enough")
  const source = blobSource(new Blob([bytes]))
  await expect(source.read(0, new Uint8Array(1), AbortSignal.abort(reason))).rejects.toBe(reason)
  await expect(source.byteLength(AbortSignal.abort(reason))).rejects.toBe(reason)
  expect(() => blobSource(bytes as unknown as Blob)).toThrow(TypeError)
})
