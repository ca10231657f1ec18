import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  bytesSource,
  createGrant,
  generateIdentity,
  generatePublisherKeys,
  memorySink,
  openInProcess,
  type Session,
  sealModel,
} from "@strongroom/core"
import type { Json } from "@strongroom/core/backend"
import { openVault, tensor } from "@strongroom/vault"
import { echo } from "../echo-backend.js"
import { type Bench, differences, type Figure, mediansOf } from "../figure.js"
import { median } from "../measure.js"
import { startRoundTrips } from "../round-trips.js"

/**
 * Samples of each figure; a sample is the mean of a batch of runs, so that collecting what runs leave is counted too. With
 * large tensors that is most of the time, on both sides: of 400 runs in-process with 640x640 floats, the median was 1.6 ms
 * and the mean 4.3.
 */
const samples = 15

interface Size {
  readonly about: string
  readonly elements: number
  /** Runs in a batch. */
  readonly batch: number
  /** Uncounted runs before all others: until what is short has been compiled as far as it ever is. */
  readonly warmUp: number
}

const sizes: readonly Size[] = [
  { about: "1 float32", elements: 1, batch: 300, warmUp: 6000 },
  { about: "1x3x640x640 float32", elements: 3 * 640 * 640, batch: 40, warmUp: 100 },
  { about: "16 MiB float32", elements: 4 * 2 ** 20, batch: 20, warmUp: 20 },
]

const { version } = JSON.parse(
  await readFile(createRequire(import.meta.url).resolve("@strongroom/vault/package.json"), "utf8"),
)
const floor = `Node ${process.versions.node}: an empty round trip over a socketpair and a copy of inputs and outputs`

async function timed(run: () => unknown): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}

async function meanOf(count: number, run: () => unknown): Promise<number> {
  const all = async () => {
    for (let i = 0; i < count; i++) await run()
  }
  return (await timed(all)) / count
}

interface Sealed {
  readonly model: Uint8Array
  readonly grant: Uint8Array
  readonly identity: string
  readonly trust: string
}

async function seal(): Promise<Sealed> {
  const publisher = await generatePublisherKeys()
  const { identity, recipient } = await generateIdentity()
  const sink = memorySink()
  const tensors = (name: string) => [{ name, type: "float32" as const, shape: ["n"] }]
  const { contentKey } = await sealModel(
    {
      kind: "file",
      inputs: tensors("x"),
      outputs: tensors("y"),
      parts: [{ role: "file", name: "part", source: bytesSource(new Uint8Array(1)) }],
    },
    { publisher: publisher.privateKey, sink },
  )
  const model = sink.bytes()
  const grant = await createGrant({ model, contentKey, signingKey: publisher.privateKey, recipient })
  return { model, grant, identity, trust: publisher.publicKey }
}

/** The same model in a vault and in this process, until `use` settles. */
async function withSessions<T>(
  sealed: Sealed,
  options: Json,
  count: number,
  use: (vault: readonly Session[], inProcess: Session) => Promise<T>,
): Promise<T> {
  const { model, grant, identity, trust } = sealed
  const folder = await mkdtemp(join(tmpdir(), "strongroom-bench-"))
  const file = join(folder, "identity.key")
  await writeFile(file, identity, { mode: 0o600 })
  const vault = await openVault({ backend: echo(options) })
  const inProcess = await openInProcess(echo(options), bytesSource(model), { grant, identity, trust: [trust] })
  try {
    const sessions: Session[] = []
    for (let i = 0; i < count; i++)
      sessions.push(await vault.load(model, { grant, identity: { file }, trust: [trust] }))
    return await use(sessions, inProcess)
  } finally {
    await inProcess.close()
    await vault.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** What a run costs beyond the same engine's in this process, against what nothing can do without. */
async function overheads(sealed: Sealed, say: (line: string) => void): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  const { trip, end } = startRoundTrips()
  for (const { about, elements, batch, warmUp } of sizes) {
    // A session of its own each, so that no size profits from another's memory.
    const figure = await withSessions(sealed, {}, 1, async ([session], inProcess): Promise<Figure> => {
      const inputs = { x: tensor("float32", [elements], new Float32Array(elements).fill(0.5)) }
      const from = new Uint8Array(2 * 4 * elements).fill(1)
      const to = new Uint8Array(from.length).fill(1)
      const ours = { vault: [] as number[], engine: [] as number[], trip: [] as number[], copy: [] as number[] }
      await meanOf(warmUp, () => session?.run(inputs))
      await meanOf(warmUp, () => inProcess.run(inputs))
      await meanOf(warmUp, trip)
      for (let sample = 0; sample < samples; sample++) {
        const times = {
          vault: await meanOf(batch, () => session?.run(inputs)),
          engine: await meanOf(batch, () => inProcess.run(inputs)),
          trip: await meanOf(300, trip),
          copy: await meanOf(batch, () => to.set(from)),
        }
        for (const name of ["vault", "engine", "trip", "copy"] as const) ours[name].push(times[name])
      }
      const [vault, engine, back, copy] = [ours.vault, ours.engine, ours.trip, ours.copy].map(median) as [
        number,
        number,
        number,
        number,
      ]
      const micro = (value: number) => `${(1000 * value).toFixed(0)} us`
      say(`run, ${about}: vault ${micro(vault)}, in-process ${micro(engine)}, trip ${micro(back)}, copy ${micro(copy)}`)
      return {
        name: `a run's overhead over in-process, ${about}`,
        peer: floor,
        unit: "ms",
        ...mediansOf(
          differences(ours.vault, ours.engine),
          ours.trip.map((back, sample) => back + (ours.copy[sample] as number)),
        ),
        runs: samples * batch,
        bar: { atMost: 2 },
      }
    })
    figures.push(figure)
  }
  end()
  return figures
}

const atOnce = 6
const blockMilliseconds = 300

/** Engines block their threads: sessions, and the app's own timers, must not wait for one another's. */
async function sideBySide(sealed: Sealed): Promise<readonly Figure[]> {
  return withSessions(sealed, { blockMilliseconds }, atOnce, async (sessions) => {
    const x = tensor("float32", [1], Float32Array.of(1))
    const one = () => sessions[0]?.run({ x })
    const all = () => Promise.all(sessions.map((session) => session.run({ x })))
    await all()
    const times = { one: [] as number[], all: [] as number[], gaps: [] as number[] }
    for (let i = 0; i < 5; i++) {
      times.one.push(await timed(one))
      let last = performance.now()
      let longest = 0
      const timer = setInterval(() => {
        const now = performance.now()
        longest = Math.max(longest, now - last)
        last = now
      }, 1)
      times.all.push(await timed(all))
      clearInterval(timer)
      times.gaps.push(longest)
    }
    const unit = "ms"
    return [
      {
        unit,
        name: `${atOnce} sessions that block for ${blockMilliseconds} ms, at once`,
        peer: "one of them alone",
        ...mediansOf(times.all, times.one),
        bar: { atMost: 1.2 },
      },
      {
        unit,
        name: "the longest wait of a 1 ms timer beside them",
        peer: "the length of one run",
        ...mediansOf(times.gaps, blockMilliseconds),
        bar: { atMost: 0.1 },
      },
    ]
  })
}

export const run: Bench = {
  name: "run",
  about: "a run in an open vault, beside the same engine in-process",
  async measure(say) {
    say(`run: @strongroom/vault ${version}, ${samples} samples`)
    const sealed = await seal()
    return [...(await overheads(sealed, say)), ...(await sideBySide(sealed))]
  },
}
