// One measured process: a network on ONNX Runtime's CPU, as inference/answer.ts says. Takes a case's path.
import { createRequire } from "node:module"
import ort from "onnxruntime-node"
import { answer, readCase } from "./answer.js"

const { theCase, input } = await readCase()
const { name, type, shape } = theCase.input
const { version } = createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string }
const data = type === "float32" ? new Float32Array(input.buffer) : new BigInt64Array(input.buffer)
const feeds = { [name]: new ort.Tensor(type, data, shape) }

await answer(
  async () => {
    const options = { intraOpNumThreads: theCase.threads, interOpNumThreads: 1, logSeverityLevel: 3 } as const
    const session = await ort.InferenceSession.create(theCase.modelPath, options)
    const [output] = session.outputNames as [string]
    return { run: async () => (await session.run(feeds))[output]?.data as Float32Array }
  },
  async (first) => ({ engine: `onnxruntime-node ${version}`, first }),
)
