// One measured process: loads a model, runs it once and closes it. At every stage it says which process holds the model,
// and waits until that has been looked at.
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { openInProcess } from "@strongroom/core"
import { nodeCryptography as cryptography, fileSource } from "@strongroom/core/node"
import { openVault } from "@strongroom/vault"
import { type CopiesCase, copiesCases, copiesFiles, inputsOf } from "./cases.js"
import type { AtStage, Place, Stage } from "./stages.js"

const [place, name, folder] = process.argv.slice(2) as [Place, string, string]
const pathOf = (file: string) => join(folder, file)

interface Loaded {
  run(): Promise<unknown>
  close(): Promise<unknown>
}

interface Holder {
  readonly pid: number
  load(): Promise<Loaded>
  /** Ends what was opened beside the model. */
  end(): Promise<void>
}

/** Until a vault's spare thread is warm. */
const settleMilliseconds = 1500

async function vault(measured: CopiesCase): Promise<Holder> {
  const vault = await openVault({ backend: measured.backend() })
  await setTimeout(settleMilliseconds)
  const evidence = vault.report().guarantees.find(({ id }) => id === "process.separate")?.evidence
  return {
    pid: Number(Object(evidence).pid),
    async load() {
      const session = await vault.load(pathOf(copiesFiles.sealed), {
        grant: pathOf(copiesFiles.grant),
        identity: { file: pathOf(copiesFiles.identity) },
        trust: [pathOf(copiesFiles.publisher)],
      })
      return { run: () => session.run(inputsOf(measured)), close: () => session.close() }
    },
    end: () => vault.close(),
  }
}

async function inProcess(measured: CopiesCase): Promise<Holder> {
  return {
    pid: process.pid,
    async load() {
      const grant = new Uint8Array(await readFile(pathOf(copiesFiles.grant)))
      const identity = (await readFile(pathOf(copiesFiles.identity), "utf8")).trim()
      const trust = [await readFile(pathOf(copiesFiles.publisher), "utf8")]
      const sealed = fileSource(pathOf(copiesFiles.sealed))
      const session = await openInProcess(measured.backend(), sealed, { grant, identity, trust }, { cryptography })
      return { run: () => session.run(inputsOf(measured)), close: () => session.close() }
    },
    async end() {},
  }
}

async function engineAlone(measured: CopiesCase): Promise<Holder> {
  const ort = await import("onnxruntime-node")
  return {
    pid: process.pid,
    async load() {
      const session = await ort.InferenceSession.create(pathOf(copiesFiles.plain))
      const feeds = Object.entries(inputsOf(measured)).map(([name, { shape, data }]) => {
        return [name, new ort.Tensor("float32", data as Float32Array, shape)]
      })
      return { run: () => session.run(Object.fromEntries(feeds)), close: () => session.release() }
    },
    async end() {},
  }
}

const holders = { vault, "in-process": inProcess, "engine alone": engineAlone }

const measured = copiesCases.find((one) => one.name === name)
if (measured === undefined) throw new Error(`No case is called ${name}.`)
const { pid, load, end } = await holders[place](measured)

async function lookedAt(stage: Stage): Promise<void> {
  const goOn = once(process, "message")
  process.send?.({ stage, pid } satisfies AtStage)
  await goOn
}

await lookedAt("ready")
const loaded = await load()
await lookedAt("loaded")
await loaded.run()
await lookedAt("ran")
await loaded.close()
await lookedAt("closed")
await end()
process.exit(0)
