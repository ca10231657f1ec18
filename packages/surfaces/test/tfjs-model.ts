import { bytesSource, importTfjs, tensor } from "@strongroom/core"
import { savedModelWriter } from "@strongroom/testkit"
import { type WrittenModel, writeSealed } from "./sealed-model.js"

/** A graph model of one product with 64 weights, whose node has this name: sealed, and plain in model.json and weights.bin. */
export async function writeTfjsModel(weights: Buffer, name: string): Promise<WrittenModel> {
  const float = { type: "DT_FLOAT" }
  const placeholder = { dtype: float, shape: { shape: { dim: [{ size: "1" }, { size: "8" }] } } }
  const json = Buffer.from(
    JSON.stringify({
      format: "graph-model",
      modelTopology: {
        versions: { producer: 1, minConsumer: 1 },
        node: [
          { name: "x", op: "Placeholder", attr: placeholder },
          { name: "w", op: "Const", attr: { dtype: float } },
          {
            ...{ name, op: "MatMul", input: ["x", "w"] },
            attr: { T: float, _output_shapes: { list: { shape: [placeholder.shape.shape] } } },
          },
        ],
      },
      weightsManifest: [{ paths: ["weights.bin"], weights: [{ name: "w", dtype: "float32", shape: [8, 8] }] }],
    }),
  )
  const model = await importTfjs(bytesSource(json), async () => bytesSource(weights))
  return writeSealed(model, { "model.json": json, "weights.bin": weights })
}

/** A SavedModel of the same product, sealed, and nowhere in the clear. */
export async function writeSavedModel(weights: Buffer, name: string): Promise<WrittenModel> {
  const elements = new Float32Array(weights.buffer, weights.byteOffset, 64)
  const model = await savedModelWriter.write({
    inputs: [{ name: "x", type: "float32", shape: [1, 8] }],
    outputs: [{ name, type: "float32", shape: [1, 8] }],
    weights: [{ name: "w", tensor: tensor("float32", [8, 8], elements) }],
    nodes: [{ operator: "matmul", inputs: ["x", "w"], output: name }],
    separateWeights: false,
  })
  return writeSealed(model)
}
