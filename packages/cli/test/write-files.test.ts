import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Sink } from "@strongroom/core"
import { fileSink } from "@strongroom/core/node"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { commitTogether, writeFiles } from "../src/write-files.js"

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "strongroom-cli-"))
})
afterEach(() => rm(folder, { recursive: true }))

const failing: Sink = {
  write: async () => {},
  commit: () => Promise.reject(new Error("the disk is full")),
  abort: async () => {},
}

async function filled(name: string, text: string) {
  const path = join(folder, name)
  const sink = fileSink(path, { overwrite: true })
  await sink.write(0, Buffer.from(text))
  return { path, sink }
}

describe("files committed together", () => {
  it("are all there, and nothing else", async () => {
    await writeFile(join(folder, "a"), "old")
    await commitTogether([await filled("a", "new"), await filled("b", "new")], true)
    expect(await readdir(folder)).toEqual(["a", "b"])
    expect(await readFile(join(folder, "a"), "utf8")).toBe("new")
  })

  it("are as they were when a later one fails", async () => {
    await writeFile(join(folder, "a"), "old")
    const files = [await filled("a", "new"), await filled("b", "new"), { path: join(folder, "c"), sink: failing }]
    await expect(commitTogether(files, true)).rejects.toThrow("the disk is full")
    expect(await readdir(folder)).toEqual(["a"])
    expect(await readFile(join(folder, "a"), "utf8")).toBe("old")
  })

  it("are as they were when the first one fails", async () => {
    await writeFile(join(folder, "c"), "old")
    const second = await filled("b", "new")
    await expect(commitTogether([{ path: join(folder, "c"), sink: failing }, second], true)).rejects.toThrow()
    await second.sink.abort()
    expect(await readdir(folder)).toEqual(["c"])
    expect(await readFile(join(folder, "c"), "utf8")).toBe("old")
  })
})

it("doesn't move away what it may not replace", async () => {
  const [first, second] = await Promise.all(
    ["a", "b"].map(async (name) => {
      const path = join(folder, name)
      const sink = fileSink(path)
      await sink.write(0, Buffer.from("new"))
      return { path, sink }
    }),
  )
  if (first === undefined || second === undefined) throw new Error("not made")
  // Somebody else was faster.
  await writeFile(first.path, "theirs")
  await expect(commitTogether([first, second], false)).rejects.toMatchObject({ code: "sink-failed" })
  await second.sink.abort()
  expect(await readdir(folder)).toEqual(["a"])
  expect(await readFile(first.path, "utf8")).toBe("theirs")
})

it("writes none of several files where one is in the way", async () => {
  const [first, second] = [join(folder, "a"), join(folder, "b")]
  await writeFile(second, "old")
  const files = [
    { path: first, content: "new" },
    { path: second, content: "new" },
  ]
  await expect(writeFiles(files, false)).rejects.toMatchObject({ code: "sink-failed" })
  expect(await readdir(folder)).toEqual(["b"])
  await writeFiles(files, true)
  expect(await readFile(second, "utf8")).toBe("new")
})
