import { bytesSource, importOnnx, tensor } from "@strongroom/core"
import { onnxWriter } from "@strongroom/testkit"
import { type WrittenModel, writeSealed } from "./sealed-model.js"

/** A model of 64 weights, a word in its metadata and the name of a node, sealed and, as model.onnx, plain. */
export async function writeModel(weights: Buffer, word: string, node: string): Promise<WrittenModel> {
  const elements = new Float32Array(weights.buffer, weights.byteOffset, 64)
  const vector = { type: "float32", shape: [64] } as const
  const written = await onnxWriter.write({
    inputs: [{ name: "x", ...vector }],
    outputs: [{ name: "y", ...vector }],
    weights: [{ name: "w", tensor: tensor("float32", [64], elements) }],
    nodes: [
      { operator: "add", inputs: ["x", "w"], output: node },
      { operator: "identity", inputs: [node], output: "y" },
    ],
    separateWeights: false,
  })
  const part = written.parts[0]
  if (part === undefined) throw new Error("The model was written without a graph.")
  const graph = new Uint8Array(await part.source.byteLength())
  await part.source.read(0, graph)
  const model = new Uint8Array(Buffer.concat([graph, metadata(word)]))
  return writeSealed(await importOnnx(bytesSource(model)), { "model.onnx": model })
}

/** ModelProto.metadata_props, field 14 of onnx.proto: one entry of a key and a value, each shorter than 64 bytes. */
function metadata(word: string): Buffer {
  const text = (field: number, value: string) =>
    Buffer.concat([Buffer.from([field * 8 + 2, value.length]), Buffer.from(value)])
  const entry = Buffer.concat([text(1, "remark"), text(2, word)])
  return Buffer.concat([Buffer.from([14 * 8 + 2, entry.length]), entry])
}
