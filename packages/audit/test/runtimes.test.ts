import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { missingRuntime, runtimes } from "@strongroom/test-machine"
import { describe, expect, it } from "vitest"
import { type AuditReport, leak, ModelSearch, readModelFiles } from "../src/index.js"
import { models } from "./models.js"
import { quietly, temporaryFolder } from "./support.js"

const program = (name: string) => fileURLToPath(new URL(`programs/${name}.py`, import.meta.url))
const share = ({ model }: Pick<AuditReport, "model">) => (model?.windowsFound ?? 0) / (model?.windows ?? 1)

/** Audits a program of a runtime in a home of its own. */
function run(
  runtime: string,
  args: readonly string[],
  model: readonly string[],
  variables: { readonly [name: string]: string } = {},
) {
  const folder = temporaryFolder()
  const environment = { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, TF_CPP_MIN_LOG_LEVEL: "2", ...variables }
  return quietly({ command: runtimes[runtime] ?? runtime, args, folder, environment, model })
}

const noOpenvino = missingRuntime("openvino")

describe.skipIf(noOpenvino)(`OpenVINO, audited${noOpenvino ? ` (not here: ${noOpenvino})` : ""}`, () => {
  const path = join(models, "ch_PP-OCRv4_rec_infer.onnx")

  it("writes nothing of the model by itself", async () => {
    const report = await run("openvino", [program("openvino_model"), path], [path])
    expect(report).toMatchObject({ exitCode: 0, model: { foundIn: 0, windowsFound: 0 } })
  }, 180_000)

  it("leaves weights and graph in its cache, which runs without the model", async () => {
    const cache = temporaryFolder()
    const report = await run("openvino", [program("openvino_model"), path, "CPU", cache], [path])
    expect(report.exitCode).toBe(0)
    expect(share(report)).toBeGreaterThan(0.3)
    const found = await leak(cache, { model: [path] })
    expect(found.leaks.map(({ id }) => id)).toEqual(expect.arrayContaining(["weights", "graph", "layers"]))
    expect(found.model?.found.nameCount).toBeGreaterThan(300)

    const [blob = ""] = readdirSync(cache)
    // A line of the cache's own comes first.
    const alone = `import numpy, openvino, sys
blob = open(sys.argv[1], "rb").read()
model = openvino.Core().import_model(blob[blob.index(b"\\n") + 1:], "CPU")
result = next(iter(model(numpy.full([1, 3, 48, 320], 0.5, numpy.float32)).values()))
print(result.shape, float(result.max()))`
    const printed = execFileSync(runtimes.openvino as string, ["-c", alone, join(cache, blob)], { encoding: "utf8" })
    const itself = execFileSync(runtimes.openvino as string, [program("openvino_model"), path], { encoding: "utf8" })
    expect(printed.split("\n")[0]).toMatch(/^\(1, 40, 6625\) 0\.\d+$/)
    expect(printed.split("\n")[0]).toBe(itself.split("\n")[0])
  }, 180_000)

  it("leaves the same weights where an application hides the cache by callbacks, and no names", async () => {
    const [clear, hidden] = [temporaryFolder(), temporaryFolder()]
    const plain = await run("openvino", [program("openvino_model"), path, "CPU", clear], [path])
    const report = await run("openvino", [program("openvino_model"), path, "CPU", hidden, "encrypted"], [path])
    expect(report.exitCode).toBe(0)
    expect(report.model?.windowsFound).toBe(plain.model?.windowsFound)
    const found = await leak(hidden, { model: [path] })
    expect(found.leaks.map(({ id }) => id)).not.toContain("graph")
    expect(found.model?.found.nameCount).toBeLessThan(10)
  }, 180_000)

  it("writes the whole model after every pass when a variable says so", async () => {
    const variables = { OV_ENABLE_SERIALIZE_TRACING: "1" }
    // A small one: this writes it some 200 times.
    const small = join(models, "ch_ppocr_mobile_v2.0_cls_infer.onnx")
    const report = await run("openvino", [program("openvino_model"), small], [small], variables)
    expect(report.exitCode).toBe(0)
    expect(share(report)).toBeGreaterThan(0.9)
  }, 300_000)
})

const noTensorflow = missingRuntime("tensorflow")

describe.skipIf(noTensorflow)(`TensorFlow, audited${noTensorflow ? ` (not here: ${noTensorflow})` : ""}`, () => {
  it("writes a frozen model to dumps of graphs and of XLA, by variables, and nothing of it by itself", async () => {
    const folder = temporaryFolder()
    const source = join(models, "ch_ppocr_mobile_v2.0_cls_infer.onnx")
    execFileSync(runtimes.tensorflow as string, [program("onnx_to_tensorflow"), source, folder], { stdio: "ignore" })
    const frozen = join(folder, "constants")
    const model = [join(frozen, "saved_model.pb")]
    // Of a small model one window in ten is of its nodes, not of weights.
    const most = 0.85
    const args = [program("tensorflow_model"), frozen]
    const compiling = [...args, "jit"]

    const plain = await run("tensorflow", compiling, model)
    expect(plain).toMatchObject({ exitCode: 0, model: { windowsFound: 0 } })

    const graphs = { TF_DUMP_GRAPH_PREFIX: join(folder, "graphs"), TF_DUMP_GRAPH_NAME_FILTER: "*" }
    const binary = await run("tensorflow", args, model, { ...graphs, TF_DUMP_GRAPH_FMT: "BIN" })
    expect(binary.exitCode).toBe(0)
    expect(share(binary)).toBeGreaterThan(most)

    // As text the weights are escaped, which nothing here reads: they are there all the same, but for small tensors, whose
    // numbers are written as such.
    const text = await run("tensorflow", args, model, graphs)
    expect(text.model?.windowsFound).toBe(0)
    const search = new ModelSearch(await readModelFiles(model))
    for (const name of readdirSync(join(folder, "graphs")).filter((name) => name.endsWith(".pbtxt")))
      search.search(unescaped(readFileSync(join(folder, "graphs", name), "latin1")))
    expect(search.windowsFound / search.windows).toBeGreaterThan(most)

    const flags = `--xla_dump_to=${join(folder, "xla")} --xla_dump_hlo_as_proto`
    const xla = await run("tensorflow", compiling, model, { XLA_FLAGS: flags })
    expect(xla.exitCode).toBe(0)
    expect(share(xla)).toBeGreaterThan(most)
    const cache = await run("tensorflow", compiling, model, {
      TF_XLA_FLAGS: `--tf_xla_persistent_cache_directory=${join(folder, "cache")}`,
    })
    expect(share(cache)).toBeGreaterThan(most)
  }, 600_000)
})

/** Of a text form of protocol buffers: what is between quotes, with its escapes (C's) read. */
function unescaped(text: string): Buffer {
  const single: { readonly [letter: string]: number } = { n: 10, r: 13, t: 9, '"': 34, "'": 39, "\\": 92 }
  const plain = text.replace(/\\([0-7]{3}|.)/g, (_, written: string) =>
    String.fromCharCode(single[written] ?? Number.parseInt(written, 8)),
  )
  return Buffer.from(plain, "latin1")
}
