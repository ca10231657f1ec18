// An engine on ONNX Runtime that passes its options on as they are, and leaves the telemetry on: what
// @strongroom/backend-onnxruntime never does.
import { createRequire } from "node:module"

export default async function create(options) {
  const ort = createRequire(import.meta.url)("onnxruntime-node")
  return {
    fingerprint: { engine: "careless", version: "1", device: "cpu", driver: "none" },
    capabilities: { kinds: ["onnx"], types: ["float32"], parallelRuns: 1, cancels: false, keepsOutputs: false },
    async load(model) {
      const plaintext = await model.parts[0].bytes()
      const session = await ort.InferenceSession.create(plaintext.bytes, options)
      return {
        async run({ inputs, outputs }) {
          const { shape, data } = inputs.x
          const elements = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4)
          const given = await session.run({ x: new ort.Tensor("float32", elements, shape) }, outputs)
          if (options.enableProfiling) session.endProfiling()
          const { data: result, dims } = given.y
          return {
            y: {
              type: "float32",
              shape: dims,
              data: new Uint8Array(result.buffer, result.byteOffset, result.byteLength),
            },
          }
        },
        close: () => session.release(),
      }
    },
    async close() {},
  }
}
