// One measured process: takes a TensorFlow.js model from a sealed file into an open vault, or from its plain files by
// TensorFlow.js alone, and runs it. Takes a side, a case's path and where the outputs go. Prints a TfjsSample.
import { readFile, writeFile } from "node:fs/promises"
import { setTimeout } from "node:timers/promises"
import { median } from "../measure.js"
import { floatInput } from "../networks/input.js"
import { bytesOf } from "../networks/random.js"
import type { TfjsCase, TfjsSample, TfjsSide } from "./case.js"

const [side, casePath, outputPath] = process.argv.slice(2) as [TfjsSide, string, string]
const theCase = JSON.parse(await readFile(casePath, "utf8")) as TfjsCase
const { input, outputs: names } = theCase
const data = floatInput(input.shape)

/**
 * Until the vault's spare thread is warm: after it has opened, and once more after a load, which has taken it. A run is
 * measured when nothing else goes on, and V8 has compiled what it is going to: on tfjs-node face mesh's first dozen runs
 * take 29 ms each, and 20 after a hundred.
 */
const settleMilliseconds = 1500
const warmUpMilliseconds = 1000
const runMilliseconds = 1000

/** A run: from the input in this process to the outputs here. */
type Run = () => Promise<readonly Float32Array[]>

interface Ready {
  /** Whose memory the model is in. */
  readonly pid: number
  load(): Promise<Run>
}

async function vaultReady(): Promise<Ready> {
  const { tfjs } = await import("@strongroom/backend-tfjs")
  const { openVault, tensor } = await import("@strongroom/vault")
  const vault = await openVault({ backend: tfjs({ ...theCase.options, engine: theCase.engine }) })
  const evidence = vault.report().guarantees.find(({ id }) => id === "process.separate")?.evidence
  return {
    pid: Number(Object(evidence).pid),
    async load() {
      const session = await vault.load(theCase.sealedPath, theCase.keys)
      return async () => {
        const outputs = await session.run({ [input.name]: tensor("float32", input.shape, data) })
        return names.map((name) => outputs[name]?.data as Float32Array)
      }
    },
  }
}

async function plainReady(): Promise<Ready> {
  const { loadFromFiles, plainTensorflow } = await import("./plain.js")
  const modules = await plainTensorflow(theCase)
  return {
    pid: process.pid,
    async load() {
      const model = await loadFromFiles(modules, theCase.plainPath)
      return async () => {
        const feed = modules.tf.tensor(data, [...input.shape])
        const results = [model.execute({ [input.name]: feed }, [...names])].flat()
        const outputs = await Promise.all(results.map((tensor) => tensor.data() as Promise<Float32Array>))
        modules.tf.dispose([feed, ...results])
        return outputs
      }
    },
  }
}

/** In bytes. */
async function memoryOf(pid: number, field: "VmRSS" | "VmHWM"): Promise<number> {
  return (
    1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1])
  )
}

const { pid, load } = await (side === "vault" ? vaultReady() : plainReady())
await setTimeout(settleMilliseconds)
const before = await memoryOf(pid, "VmRSS")
const start = performance.now()
const run = await load()
const outputs = await run()
const first = performance.now() - start
const peak = (await memoryOf(pid, "VmHWM")) - before
await writeFile(outputPath, Buffer.concat(outputs.map(bytesOf)))

/** Of so many milliseconds, and two at least. */
async function timesOf(milliseconds: number): Promise<readonly number[]> {
  const times: number[] = []
  for (let spent = 0; spent < milliseconds || times.length < 2; spent += times.at(-1) as number) {
    const from = performance.now()
    await run()
    times.push(performance.now() - from)
  }
  return times
}

await setTimeout(settleMilliseconds)
await timesOf(warmUpMilliseconds)
const times = await timesOf(runMilliseconds)
console.log(JSON.stringify({ first, run: median(times), peak } satisfies TfjsSample))
process.exit(0)
