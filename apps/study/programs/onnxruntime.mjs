// Runs a model on ONNX Runtime. Takes its file, and options of the session as JSON.
import * as ort from "onnxruntime-node"

const [path, options = "{}"] = process.argv.slice(2)
const sessionOptions = JSON.parse(options)
const session = await ort.InferenceSession.create(path, sessionOptions)
await session.run({ x: new ort.Tensor("float32", new Float32Array(3 * 48 * 320).fill(0.5), [1, 3, 48, 320]) })
if (sessionOptions.enableProfiling) session.endProfiling()
await session.release()
console.log(`version: ONNX Runtime ${ort.env.versions.node ?? ort.env.versions.common}`)
