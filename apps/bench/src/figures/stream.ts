import { execFile } from "node:child_process"
import { rm } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { type Bench, differences, type Figure, mediansOf } from "../figure.js"
import { allInTurn } from "../measure.js"
import type { StreamSample, StreamSide } from "../stream-child.js"
import { prepareStream } from "../stream-model.js"

const child = fileURLToPath(new URL("./stream-child.js", import.meta.url))

/** Bytes of plaintext that the host may hold beside the engine's own, and how much longer a load may take. */
const limits = { hostMiB: 8, time: 1.15 }

interface Size {
  readonly about: string
  readonly partBytes: number
  readonly parts: number
  readonly runs: number
}

const sizes: readonly (Size & { readonly isFull: boolean })[] = [
  { about: "1 GiB in 4 parts", partBytes: 2 ** 28, parts: 4, runs: 5, isFull: false },
  { about: "5 GiB in 8 parts", partBytes: 640 * 2 ** 20, parts: 8, runs: 3, isFull: true },
]

const sides: readonly StreamSide[] = ["sealed in place", "plain in place", "sealed", "plain", "pass-by", "idle"]

async function sample(side: StreamSide, folder: string): Promise<StreamSample> {
  return JSON.parse((await promisify(execFile)(process.execPath, [child, side, folder])).stdout)
}

async function measureSize({ about, partBytes, parts, runs }: Size): Promise<readonly Figure[]> {
  const folder = await prepareStream(partBytes, parts)
  try {
    const samples = await allInTurn(
      runs,
      sides.map((side) => () => sample(side, folder)),
    )
    const of = (side: StreamSide, which: keyof StreamSample) =>
      (samples[sides.indexOf(side)] ?? []).map((one) => one[which])
    const node = `Node ${process.versions.node}`
    return [
      {
        name: `sealed load into the testkit's sink, in place, ${about}`,
        peer: `${node}: the plain files, read into the same memory`,
        unit: "ms",
        ...mediansOf(of("sealed in place", "milliseconds"), of("plain in place", "milliseconds")),
        bar: { atMost: limits.time },
      },
      {
        name: `sealed load into the testkit's sink, as a stream, ${about}`,
        peer: `${node}: the plain files, by way of a MiB`,
        unit: "ms",
        ...mediansOf(of("sealed", "milliseconds"), of("plain", "milliseconds")),
        bar: { atMost: limits.time },
      },
      {
        name: `peak memory of that vault, ${about}`,
        peer: `${node}: the process that reads the plain files`,
        unit: "MiB",
        ...mediansOf(of("sealed", "peakMiB"), of("plain", "peakMiB")),
      },
      {
        name: `peak memory, ${about} streamed and let go, over 4 KiB`,
        peer: "the limit promised",
        unit: "MiB",
        ...mediansOf(differences(of("pass-by", "peakMiB"), of("idle", "peakMiB")), limits.hostMiB),
        bar: { atMost: 1 },
      },
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export const stream: Bench = {
  name: "stream",
  about: "a large sealed model into an engine that takes streams: time, and memory beside the engine's own",
  async measure(say, isFull) {
    const figures: Figure[] = []
    for (const size of sizes) {
      if (size.isFull && !isFull) continue
      say(`stream: ${size.about}`)
      figures.push(...(await measureSize(size)))
    }
    return figures
  },
}
