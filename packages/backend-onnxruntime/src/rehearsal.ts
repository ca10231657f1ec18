import type { InferenceSession } from "onnxruntime-node"
import type { Runtime } from "./runtime.js"

/** ONNX: y = Identity(x), float32 of shape [1]; operator set 17. By onnx.proto's field numbers. */
const identity = [
  ...[0x08, 8], // ir_version
  ...[0x3a, 55], // graph
  ...[0x0a, 16, 0x0a, 1, ...ascii("x"), 0x12, 1, ...ascii("y"), 0x22, 8, ...ascii("Identity")], // node
  ...[0x12, 1, ...ascii("g")], // name
  ...[0x5a, 15, 0x0a, 1, ...ascii("x"), 0x12, 10, 0x0a, 8, 0x08, 1, 0x12, 4, 0x0a, 2, 0x08, 1], // input
  ...[0x62, 15, 0x0a, 1, ...ascii("y"), 0x12, 10, 0x0a, 8, 0x08, 1, 0x12, 4, 0x0a, 2, 0x08, 1], // output
  ...[0x42, 2, 0x10, 17], // opset_import
]

/**
 * Makes a session of a model of one operator and frees it. The first session of a process takes 30 to 40 ms more than
 * others, in which ONNX Runtime registers operators and kernels.
 */
export async function rehearse(runtime: Runtime, options: InferenceSession.SessionOptions): Promise<void> {
  const session = await runtime.InferenceSession.create(Uint8Array.from(identity), options)
  await session.release()
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0))
}
