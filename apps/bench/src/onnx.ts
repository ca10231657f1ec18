import { tensor } from "@strongroom/core"
import { type Network, onnxWriter } from "@strongroom/testkit"
import { uniform } from "./networks/random.js"

/** `layers` products of a row with seeded `size` x `size` matrices of float32: constants would fold or compress. */
export function matrixProducts(layers: number, size: number): Network {
  const names = Array.from({ length: layers }, (_, layer) => `w${layer}`)
  const row = { type: "float32", shape: [1, size] } as const
  return {
    inputs: [{ name: "x", ...row }],
    outputs: [{ name: `y${layers - 1}`, ...row }],
    weights: names.map((name, layer) => ({
      name,
      tensor: tensor("float32", [size, size], uniform(size * size, -1 / 128, 1 / 128, layer + 1)),
    })),
    nodes: names.map((name, layer) => ({
      operator: "matmul",
      inputs: [layer === 0 ? "x" : `y${layer - 1}`, name],
      output: `y${layer}`,
    })),
    separateWeights: false,
  }
}

/** As an ONNX model in one file. */
export async function onnxFile(network: Network): Promise<Uint8Array> {
  const model = await onnxWriter.write(network)
  const source = model.parts[0]?.source
  if (source === undefined) throw new Error("The writer made no file.")
  const bytes = new Uint8Array(await source.byteLength())
  await source.read(0, bytes)
  return bytes
}
