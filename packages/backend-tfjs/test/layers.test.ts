import { createRequire } from "node:module"
import { join } from "node:path"
import { tfjs } from "@strongroom/backend-tfjs"
import { type InProcessSession, tensor } from "@strongroom/core"
import { missingTfjsNode, tfjsNodeFolder } from "@strongroom/test-machine"
import { describe, expect, it } from "vitest"
import type { GraphFiles } from "./graph-files.js"
import { seeded } from "./graph-models.js"
import { importFiles, openModel } from "./open-model.js"
import { plainTensorflow, plainWasm } from "./plain.js"
import { nsfwModel } from "./real-models.js"

const engines = [
  { engine: "wasm", plain: plainWasm, missing: undefined, modules: import.meta.url },
  {
    engine: "tfjs-node",
    plain: plainTensorflow,
    missing: missingTfjsNode(),
    modules: join(tfjsNodeFolder, "tfjs-node-4.22.0-tf-2.21.0-napi8/node_modules/@tensorflow/tfjs/package.json"),
  },
] as const

async function open(engine: "wasm" | "tfjs-node", files: GraphFiles): Promise<InProcessSession> {
  const model = await importFiles(files)
  expect(model.kind).toBe("tfjs-layers")
  return openModel(tfjs({ engine, setupFolder: tfjsNodeFolder }), model)
}

/** Two dense layers, with the weights of an optimizer beside them; or with a layer of another class between them. */
function dense(between?: string): GraphFiles {
  const layer = (class_name: string, name: string, config: object) => ({
    class_name,
    config: { name, dtype: "float32", ...config },
  })
  const initializer = { class_name: "GlorotUniform", config: { seed: null } }
  const first = layer("Dense", "hidden", { units: 8, batch_input_shape: [null, 4], kernel_initializer: initializer })
  const last = layer("Dense", "last", { units: 2, activation: "softmax", use_bias: false })
  // The importer asks no more of what comes before a layer that flattens.
  const custom = between === undefined ? [] : [layer(between, "custom", {}), layer("Flatten", "flat", {})]
  const weights = [
    { name: "hidden/kernel", dtype: "float32", shape: [4, 8] },
    { name: "hidden/bias", dtype: "float32", shape: [8] },
    { name: "training/Adam/iterations", dtype: "int32", shape: [], group: "optimizer" },
    { name: "last/kernel", dtype: "float32", shape: [8, 2] },
  ]
  const json = {
    format: "layers-model",
    modelTopology: {
      keras_version: "2.15.0",
      model_config: { class_name: "Sequential", config: { name: "net", layers: [first, ...custom, last] } },
    },
    weightsManifest: [{ paths: ["weights.bin"], weights }],
  }
  const bytes = new Uint8Array(seeded(9, 4 * 8 + 8 + 1 + 8 * 2).buffer)
  return { json: new TextEncoder().encode(JSON.stringify(json)), shards: new Map([["weights.bin", bytes]]) }
}

describe.each(engines)("layers models on $engine", ({ engine, plain, missing, modules }) => {
  const models = [
    { name: "two dense layers", files: () => dense(), shape: [3, 4] },
    { name: "nsfwjs mobilenet_v2", files: () => nsfwModel("mobilenet_v2"), shape: [2, 224, 224, 3] },
  ]
  it.skipIf(missing).each(models)("$name gives what tf.loadLayersModel's gives, bit for bit", async (model) => {
    const { tf, backend } = plain()
    const files = model.files()
    const input = seeded(
      6,
      model.shape.reduce((product, size) => product * size, 1),
    )
    const session = await open(engine, files)
    const name = session.inputs[0]?.name as string
    const found = await session.run({ [name]: tensor("float32", model.shape, input) })

    await tf.setBackend(backend)
    const layers: typeof import("@tensorflow/tfjs-layers") = createRequire(modules)("@tensorflow/tfjs-layers")
    const { modelTopology, weightsManifest } = JSON.parse(new TextDecoder().decode(files.json))
    const artifacts = {
      modelTopology,
      weightSpecs: weightsManifest.flatMap((group: { weights: object[] }) => group.weights),
      weightData: new Uint8Array(Buffer.concat([...files.shards.values()])).buffer,
    }
    const reference = await layers.loadLayersModel(tf.io.fromMemory(artifacts))
    const expected = [reference.predict(tf.tensor(input, model.shape))].flat()[0]
    expect(Object.values(found)[0]?.data).toEqual(expected?.dataSync())
    expect(Object.values(found)[0]?.shape).toEqual(expected?.shape)
    reference.dispose()
  })

  it.skipIf(missing)("have the same memory after many runs, and none when they are closed", async () => {
    const { tf } = plain()
    await (await open(engine, dense())).close()
    const before = tf.memory().numBytes
    const session = await open(engine, dense())
    const run = () => session.run({ [session.inputs[0]?.name as string]: tensor("float32", [1, 4], [1, 2, 3, 4]) })
    await run()
    const { numTensors, numBytes } = tf.memory()
    for (let count = 0; count < 1000; count++) await run()
    expect(tf.memory()).toMatchObject({ numTensors, numBytes })
    await session.close()
    expect(tf.memory().numBytes).toBe(before)
  })

  it.skipIf(missing)("with a layer of one's own are declined, and it is named", async () => {
    await expect(open(engine, dense("Attention9000"))).rejects.toMatchObject({
      code: "model-declined",
      message: expect.stringContaining("it has no layers of the class Attention9000"),
    })
  })
})
