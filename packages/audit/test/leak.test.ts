import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { driver, missingDriver } from "@strongroom/test-machine"
import { describe, expect, it } from "vitest"
import { formatLeak, type LeakReport, leak, leakPoints } from "../src/index.js"
import { compareCaches } from "../src/leak/compare.js"
import { models } from "./models.js"
import { compile, hasProgram, temporaryFolder } from "./support.js"

const model = join(models, "ch_ppocr_mobile_v2.0_cls_infer.onnx")
const ids = ({ leaks }: LeakReport) => leaks.map(({ id }) => id)
const examples = ({ leaks }: LeakReport, id: string) => leaks.find((leak) => leak.id === id)?.examples

describe("leak", () => {
  it("an empty folder gives nothing away, and 100 is all", async () => {
    const report = await leak(temporaryFolder())
    expect(report).toMatchObject({ score: 0, leaks: [], files: [] })
    expect(formatLeak(report)).toMatch(/It gives away 0 of 100/)
    expect(Object.values(leakPoints).reduce<number>((sum, points) => sum + points, 0)).toBe(100)
  })

  it("a folder that isn't there is misuse", async () => {
    await expect(leak(join(temporaryFolder(), "none"))).rejects.toMatchObject({ code: "source-missing" })
  })

  it("what can't be read is skipped, and told", async () => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o755)
    writeFileSync(join(folder, "a.cl"), "__kernel void f() {}")
    writeFileSync(join(folder, "closed"), "", { mode: 0 })
    mkdirSync(join(folder, "closed-folder"), { mode: 0 })
    const isRoot = process.geteuid?.() === 0
    if (isRoot) process.seteuid?.(61_234)
    try {
      const report = await leak(folder)
      expect(report).toMatchObject({ skipped: 2, files: [{ path: join(folder, "a.cl") }] })
      expect(formatLeak(report)).toMatch(/^Skipped, since they can't be read: 2\.$/m)
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })

  it("source text, its kernels, layers and shapes; no link is followed", async () => {
    const folder = temporaryFolder()
    const source =
      "/* 1x3x224x224 */\n__kernel void conv_3x3_relu(__global float *x) {}\n__kernel void softmax_1000() {}"
    writeFileSync(join(folder, "a.cl"), source)
    symlinkSync(model, join(folder, "link"))
    const report = await leak(folder)
    expect(ids(report)).toEqual(["source", "kernels", "layers", "shapes"])
    expect(report.score).toBe(15 + 8 + 4 + 3)
    expect(examples(report, "kernels")).toEqual(["conv_3x3_relu", "softmax_1000"])
    expect(examples(report, "layers")).toEqual(["convolution", "softmax", "activation"])
    expect(report.files).toHaveLength(1)
  })

  it("folders of the machine that compiled", async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, "a.cl"), '#line 1 "/build/secret/kernels/a.cl"\n#include "/usr/include/x.h"\n')
    expect(examples(await leak(folder), "folders")).toEqual(["/build/secret/kernels/"])
  })

  it("an optimised model of ONNX Runtime, as any ONNX file: graph and weights", async () => {
    const folder = temporaryFolder()
    copyFileSync(model, join(folder, "optimised.onnx"))
    const report = await leak(folder, { model: [model] })
    expect(ids(report)).toEqual(expect.arrayContaining(["weights", "graph", "layers"]))
    expect(report.model?.found).toMatchObject({ bytes: readFileSync(model).length, runs: 1 })
    expect(report.model?.windowsFound).toBe(report.model?.windows)
    expect(formatLeak(report)).toContain("; 100.0% of the windows.")
  })

  it("a blob of OpenVINO's CPU plugin, whose graph is hidden by a key that all have", async () => {
    const folder = temporaryFolder()
    const head = '<?xml version="1.0"?><compiled_blob ie_version="2026.4.1"/>\n'
    const graph =
      '<?xml version="1.0"?>\n<net name="n"><layer name="secret/conv.1" type="Convolution"><data shape="8, 3, 3, 3"/></layer></net>'
    const key = Buffer.from("30607002040" + "83f6f7274787f", "hex")
    const hidden = Buffer.from(graph).map((byte, index) => byte ^ (key[index % 12] as number))
    writeFileSync(
      join(folder, "1.blob"),
      Buffer.concat([Buffer.from(head), Buffer.alloc(1001), hidden, Buffer.alloc(64)]),
    )
    const report = await leak(folder)
    expect(ids(report)).toEqual(["graph", "layers", "shapes"])
    expect(examples(report, "shapes")).toEqual(["8, 3, 3, 3"])
    expect(report.leaks[0]).toMatchObject({ amount: graph.length })
  })

  it.skipIf(!hasProgram("objcopy"))(
    "a container of Intel's, with intermediate code beside the machine code",
    async () => {
      const folder = temporaryFolder()
      const spirv = Buffer.concat([Buffer.from("0302230700000100", "hex"), Buffer.alloc(504)])
      const tokens = Buffer.concat([Buffer.from("43544e4939040000", "hex"), Buffer.from("\0secret_conv_kernel\0")])
      writeFileSync(join(folder, "spirv"), spirv)
      writeFileSync(join(folder, "tokens"), tokens)
      const sections = ["--add-section", "SPIRV=spirv", "--add-section", "Binary=tokens"]
      execFileSync("cc", ["-c", "-o", "empty.o", "-x", "c", "-"], { cwd: folder, input: "" })
      execFileSync("objcopy", [...sections, "empty.o", "1.cl_cache"], { cwd: folder })
      const report = await leak(join(folder, "1.cl_cache"))
      expect(ids(report)).toEqual(["intermediate", "kernels", "layers"])
      expect(report.leaks[0]).toMatchObject({ amount: 512 })
      expect(examples(report, "kernels")).toEqual(["secret_conv_kernel"])
    },
  )

  it("a blob whose graph an application hid has none", async () => {
    const folder = temporaryFolder()
    const head = '<?xml version="1.0"?><compiled_blob ie_version="2026.4.1"/>\n'
    writeFileSync(join(folder, "1.blob"), Buffer.concat([Buffer.from(head), randomBytes(1000)]))
    expect(ids(await leak(folder))).toEqual([])
    writeFileSync(join(folder, "1.blob"), `${head}convolution:conv2d_1.tmp_0`)
    expect(ids(await leak(folder))).toEqual(["graph", "layers"])
  })

  it.skipIf(!hasProgram("cc"))("machine code for devices inside of another file, with its constants", async () => {
    const folder = temporaryFolder()
    const source = "static const int table[64] = {1}; int conv2d_gemm(int i) { return table[i & 63]; }"
    execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", "x.so", "-x", "c", "-"], { cwd: folder, input: source })
    writeFileSync(join(folder, "entry"), Buffer.concat([Buffer.from("header"), readFileSync(join(folder, "x.so"))]))
    const report = await leak(join(folder, "entry"))
    expect(examples(report, "kernels")).toContain("conv2d_gemm")
    expect(examples(report, "layers")).toEqual(["convolution", "matrix product"])
    expect(report.leaks.find(({ id }) => id === "constants")?.amount).toBeGreaterThanOrEqual(256)
  })
})

describe("caches side by side", () => {
  const cache = (names: readonly string[], lengths = names.map(() => 1), files: readonly string[] = []) => ({
    files: new Set(files),
    kernels: new Set(names),
    sizes: new Set(names.map((name, index) => `${name}:${lengths[index]}`)),
  })
  it.each([
    ["same", cache(["a", "b"]), cache(["a", "b"])],
    ["same", cache(["a"], [1], ["f"]), cache(["b"], [1], ["f"])],
    ["related", cache(["a"], [1], ["f", "g"]), cache(["b"], [1], ["f", "h"])],
    ["related", cache(["a", "b"], [1, 2]), cache(["a", "b"], [3, 4])],
    ["other", cache(["a", "b"]), cache(["c", "d"])],
    ["unknown", cache([]), cache(["c"])],
    // A framework's names, without the lengths of code.
    ["related", { ...cache(["a"]), sizes: new Set<string>() }, cache(["a"])],
    ["related", { ...cache(["a"], [1], ["f", "g"]), sizes: new Set<string>() }, cache(["a"], [1], ["f", "h", "i"])],
    ["same", { ...cache(["a"], [1], ["f", "g"]), sizes: new Set<string>() }, cache(["a"], [1], ["f", "h"])],
  ] as const)("are of the %s model", (verdict, one, other) => expect(compareCaches(one, other).verdict).toBe(verdict))
})

/** Builds the kernel of test/programs with a driver; gives its cache. */
function cacheOf(name: string, variables: { readonly [name: string]: string }, rename?: string): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, "cl_cache"))
  const source = readFileSync(fileURLToPath(new URL("programs/build-kernel.c", import.meta.url)), "utf8")
  let program = compile("build-kernel", folder, "cc", ["-l:libOpenCL.so.1"])
  if (rename) {
    writeFileSync(join(folder, "renamed.c"), source.replaceAll("secret_layer_conv3x3", rename))
    program = join(folder, "renamed")
    execFileSync("cc", ["-o", program, `${program}.c`, "-l:libOpenCL.so.1"])
  }
  const environment = { ...process.env, ...driver(name), ...variables, HOME: folder }
  execFileSync(program, { cwd: join(folder), env: { ...environment, POCL_CACHE_DIR: join(folder, "cl_cache") } })
  const result = join(folder, "cache")
  renameSync(join(folder, "cl_cache"), result)
  return result
}

describe.skipIf(missingDriver("pocl"))("a real cache of PoCL", () => {
  it("gives away bitcode, kernels, constants, the compiler and folders; and is known again", async () => {
    const [cache, reference, other] = [cacheOf("pocl", {}), cacheOf("pocl", {}), cacheOf("pocl", {}, "another_gemm")]
    const report = await leak(cache, { reference })
    expect(ids(report)).toEqual(expect.arrayContaining(["intermediate", "kernels", "constants", "layers", "compilers"]))
    expect(examples(report, "kernels")).toEqual(["secret_layer_conv3x3"])
    expect(report.leaks.find(({ id }) => id === "constants")?.amount).toBe(16)
    expect(report.similarity).toMatchObject({ verdict: "same", kernels: 1 })
    expect((await leak(other, { reference })).similarity).toMatchObject({ verdict: "other", kernels: 0 })
  })
})

describe.skipIf(missingDriver("intel-gpu"))("a real cache of Intel's driver", () => {
  it("gives away the kernels' names", async () => {
    const report = await leak(cacheOf("intel-gpu", {}))
    expect(report.files[0]).toMatchObject({ format: { id: "intel-patch-token" } })
    expect(examples(report, "kernels")).toEqual(["secret_layer_conv3x3"])
    expect(ids(report)).toEqual(["kernels", "layers"])
  })
})
