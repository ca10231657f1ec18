import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { entriesOf } from "../src/content/archive.js"
import { readElf } from "../src/content/elf.js"
import { formatOf } from "../src/index.js"
import { zipOf } from "../src/model/zip.js"
import { models } from "./models.js"
import { compile, hasProgram, notHere, temporaryFolder } from "./support.js"

const text = (content: string) => Buffer.from(content)

describe("formats", () => {
  it.each([
    ["empty", Buffer.alloc(0)],
    ["opencl-source", text("// a comment\n__kernel void f(__global float *x) {}")],
    ["cuda-source", text('extern "C" __global__ void f(float *x) {}')],
    ["ptx", text("//\n// Generated\n//\n.version 8.0\n.target sm_90\n")],
    ["llvm-ir", text("; ModuleID = 'f'\nsource_filename = \"f\"\n")],
    ["llvm-bitcode", Buffer.from("4243c0de35140000", "hex")],
    ["spirv", Buffer.from("0302230700000100", "hex")],
    ["intel-patch-token", Buffer.from("43544e4939040000", "hex")],
    ["openvino-ir", text('<?xml version="1.0"?>\n<net name="n" version="11">')],
    ["openvino-blob", text('<?xml version="1.0"?><compiled_blob ie_version="2026"/>\n\0\0\0')],
    ["json", text('{"a": 1}')],
    ["sealed-model", Buffer.from("9353524d0d0a1a0a", "hex")],
    ["gzip", gzipSync("x")],
    ["zip", zipOf("x", text("x"))],
    ["text", text("It was the best of times.\n")],
    ["text", text('.version 3.6\n.kernel "conv2d"\n.kernel_attr OutputAsmPath="x"\n')],
    ["unknown", Buffer.from([1, 2, 3, 0, 255])],
    // GraphDef of one node, "x", of op Placeholder.
    ["tensorflow-graph", Buffer.concat([Buffer.from([0x0a, 16, 0x0a, 1, 0x78, 0x12, 11]), text("Placeholder")])],
    // The same in a node of 300 bytes; an operator of TensorFlow's own.
    ["tensorflow-graph", Buffer.concat([Buffer.from([0x0a, 0xac, 2, 0x0a, 1, 0x78, 0x12, 4]), text("_Arg*")])],
    ["tensorflow-graph", text('node {\n  name: "x"\n  op: "Placeholder"\n}\n')],
    // HloProto of a module "m", its entry "main.1", and a computation "main.1".
    [
      "xla-hlo",
      Buffer.concat([
        Buffer.from([0x0a, 0x80, 2, 0x0a, 1, 0x6d, 0x12, 6]),
        text("main.1"),
        Buffer.from([0x1a, 90, 0x0a, 6]),
        text("main.1"),
      ]),
    ],
    ["xla-hlo", text("HloModule jit_f, entry_computation_layout={(f32[2]{0})->f32[2]{0}}\n")],
    ["mlir", text('module @f attributes {a = "b"} {\n  func.func @main() {\n')],
    ["unknown", Buffer.from([0x0a, 3, 0x0a, 1, 0x78, 0x12, 0x80])],
    ["onnx", readFileSync(join(models, "ch_ppocr_mobile_v2.0_cls_infer.onnx")).subarray(0, 4096)],
  ])("%s", (id, bytes) => expect(formatOf(bytes).id).toBe(id))

  it.each([
    ["elf-cuda", 190],
    ["elf-amdgpu", 224],
    ["elf-intelgt", 205],
  ])("%s by its machine", (id, machine) => {
    const head = Buffer.alloc(64)
    head.write("\x7fELF\x02\x01\x01", "latin1")
    head.writeUInt16LE(machine, 18)
    expect(formatOf(head).id).toBe(id)
  })
})

describe.skipIf(notHere || !hasProgram("cc"))("ELF", () => {
  it("programs, objects and libraries are told apart, and their functions named as nm does", () => {
    const folder = temporaryFolder()
    const library = compile("ways", folder, "cc", ["-shared", "-fPIC"])
    const bytes = readFileSync(library)
    expect(formatOf(bytes).id).toBe("elf-shared")
    const named = execFileSync("nm", ["--defined-only", library], { encoding: "utf8" })
    const functions = [...named.matchAll(/ [tT] (\w+)$/gm)].map(([, name]) => name)
    const symbols = readElf(bytes)?.symbols.filter(({ kind, defined }) => kind === "function" && defined)
    const found = new Set(symbols?.map(({ name }) => name))
    expect(functions.filter((name) => name && !name.startsWith("_"))).toEqual(
      [...found].filter((name) => functions.includes(name) && !name.startsWith("_")).sort(),
    )
    expect(found).toContain("main")
    expect(formatOf(readFileSync(compile("ways", folder, "cc", ["-c"]))).id).toBe("elf-relocatable")
  })

  it("damaged and cut, it is no error", () => {
    const bytes = readFileSync(process.execPath).subarray(0, 100_000)
    for (let length = 0; length < 400; length += 7) expect(() => readElf(bytes.subarray(0, length))).not.toThrow()
    const damaged = Buffer.from(bytes)
    damaged.fill(0xff, 24, 64)
    expect(readElf(damaged)).toBeUndefined()
  })
})

describe("archives", () => {
  const content = Buffer.from("content ".repeat(1000))
  it("give what is in them", () => {
    expect(entriesOf(gzipSync(content))).toEqual([{ name: "", bytes: content }])
    expect(entriesOf(zipOf("a/b", content))).toEqual([{ name: "a/b", bytes: content }])
    expect(entriesOf(content)).toEqual([])
  })

  it.skipIf(!hasProgram("zip"))("as zip makes them, stored and deflated", () => {
    const folder = temporaryFolder()
    execFileSync("sh", ["-c", "printf %s stored > s; head -c 9000 /dev/zero > d; zip -q -0 a.zip s; zip -q a.zip d"], {
      cwd: folder,
    })
    const entries = entriesOf(readFileSync(join(folder, "a.zip")))
    expect(entries.map(({ name, bytes }) => [name, bytes.length])).toEqual([
      ["s", 6],
      ["d", 9000],
    ])
  })

  it("cut, give what is left; damaged, nothing", () => {
    const [entry] = entriesOf(
      gzipSync(Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * i) % 251))).subarray(0, 300),
    )
    expect(entry?.bytes.length).toBeGreaterThan(50)
    expect(entriesOf(Buffer.from("1f8b0800ffff", "hex"))).toEqual([])
    expect(entriesOf(zipOf("a", content).subarray(0, 60))).toEqual([])
  })
})
