// One measured process: takes a model into the testkit's sink. Prints {"milliseconds":..., "peakMiB":...}, the peak of the
// process that held it: the vault, or for plain files this one.
import { open, readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { type SinkOptions, sink } from "@strongroom/testkit"
import { openVault, tensor } from "@strongroom/vault"
import { streamFiles } from "./stream-model.js"

/** What it does with the model. */
export type StreamSide = "sealed" | "sealed in place" | "pass-by" | "idle" | "plain" | "plain in place"

export interface StreamSample {
  readonly milliseconds: number
  readonly peakMiB: number
}

const [side, folder] = process.argv.slice(2) as [StreamSide, string]
const place = (name: string) => join(folder, name)

async function peakMiB(pid: number): Promise<number> {
  return Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024
}

/** The sealed model through a vault. */
async function sealed(name: string, options: SinkOptions): Promise<StreamSample> {
  const vault = await openVault({ backend: sink(options) })
  // Its spare thread makes itself ready.
  await new Promise((resolve) => setTimeout(resolve, 1500))
  const start = performance.now()
  const session = await vault.load(place(name), {
    grant: place(streamFiles.grantOf(name)),
    identity: { file: place(streamFiles.identity) },
    trust: [place(streamFiles.publisher)],
  })
  const { byte } = await session.run({ offset: tensor("int64", [1], BigInt64Array.of(0n)) })
  const milliseconds = performance.now() - start
  if (options.keep !== false && Object(byte).data[0] !== 1) throw new Error("The sink holds something else.")
  const evidence = vault.report().guarantees.find(({ id }) => id === "process.separate")?.evidence
  const peak = await peakMiB(Number(Object(evidence).pid))
  await vault.close()
  return { milliseconds, peakMiB: peak }
}

/** The plain parts into memory such as the sink's, by this process alone: by way of a buffer, or straight. */
async function plain(inPlace: boolean): Promise<StreamSample> {
  const names = (await readdir(folder)).filter((name) => /^part-\d+$/.test(name)).sort()
  const start = performance.now()
  const pieceBytes = 64 * 2 ** 20
  const held: Uint8Array[] = []
  const buffer = new Uint8Array(2 ** 20)
  for (const name of names) {
    const file = await open(place(name))
    const { size } = await file.stat()
    if (inPlace) held.push(new Uint8Array(size))
    for (let at = 0; inPlace && at < size; at += buffer.length) {
      await file.read(held.at(-1) as Uint8Array, at, Math.min(buffer.length, size - at), at)
    }
    for (let at = 0; !inPlace && at < size; at += buffer.length) {
      if (at % pieceBytes === 0) held.push(new Uint8Array(Math.min(pieceBytes, size - at)))
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
      held.at(-1)?.set(buffer.subarray(0, bytesRead), at % pieceBytes)
    }
    await file.close()
  }
  const milliseconds = performance.now() - start
  return { milliseconds, peakMiB: await peakMiB(process.pid) }
}

const samples = {
  sealed: () => sealed(streamFiles.large, {}),
  "sealed in place": () => sealed(streamFiles.large, { inPlace: true }),
  "pass-by": () => sealed(streamFiles.large, { keep: false }),
  idle: () => sealed(streamFiles.small, { keep: false }),
  plain: () => plain(false),
  "plain in place": () => plain(true),
}
console.log(JSON.stringify(await samples[side]()))
process.exit(0)
