// One measured process: takes a model into the testkit's sink. Prints {"milliseconds":..., "peakMiB":...}, the peak of the
// process that held it: the vault, or for plain files this one.
import { open, readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { sink } from "@strongroom/testkit"
import { openVault, tensor } from "@strongroom/vault"
import { streamFiles } from "./stream-model.js"

export interface StreamSample {
  readonly milliseconds: number
  readonly peakMiB: number
}

const [side, folder] = process.argv.slice(2) as ["sealed" | "plain" | "pass-by" | "idle", string]
const place = (name: string) => join(folder, name)

async function peakMiB(pid: number): Promise<number> {
  return Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024
}

/** The sealed model through a vault; `keep` as the sink has it. */
async function sealed(name: string, keep: boolean): Promise<StreamSample> {
  const vault = await openVault({ backend: sink({ keep }) })
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
  if (keep && Object(byte).data[0] !== 1) throw new Error("The sink holds something else.")
  const evidence = vault.report().guarantees.find(({ id }) => id === "process.separate")?.evidence
  const peak = await peakMiB(Number(Object(evidence).pid))
  await vault.close()
  return { milliseconds, peakMiB: peak }
}

/** The plain parts into memory such as the sink's, by this process alone. */
async function plain(): Promise<StreamSample> {
  const names = (await readdir(folder)).filter((name) => /^part-\d+$/.test(name)).sort()
  const start = performance.now()
  const pieceBytes = 64 * 2 ** 20
  const held: Uint8Array[] = []
  const buffer = new Uint8Array(2 ** 20)
  for (const name of names) {
    const file = await open(place(name))
    const { size } = await file.stat()
    for (let at = 0; at < size; at += buffer.length) {
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
  sealed: () => sealed(streamFiles.large, true),
  "pass-by": () => sealed(streamFiles.large, false),
  idle: () => sealed(streamFiles.small, false),
  plain,
}
console.log(JSON.stringify(await samples[side]()))
process.exit(0)
