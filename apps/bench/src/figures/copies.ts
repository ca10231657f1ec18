import { readFile, rm } from "node:fs/promises"
import { createRequire } from "node:module"
import { type CopiesCase, copiesCases, weightMiB } from "../copies/cases.js"
import { type Look, lookAtStages } from "../copies/look.js"
import { prepareCopies } from "../copies/prepare.js"
import type { Place, Stage } from "../copies/stages.js"
import { windowsOf } from "../copies/windows.js"
import { type Bench, type Figure, mediansOf } from "../figure.js"
import { median } from "../measure.js"
import { matrixProducts } from "../onnx.js"

/** Copies are the same from run to run but for what the heap makes of small pieces. */
const runs = 2
const places: readonly Place[] = ["vault", "in-process", "engine alone"]
const { version } = JSON.parse(
  await readFile(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"), "utf8"),
)
const peers: { readonly [Name in Place]: string } = {
  vault: "the vault",
  "in-process": "the same in the app's own process",
  "engine alone": `onnxruntime-node ${version}, the plain file`,
}

type Looks = { readonly [Name in Stage]: Look }

/** What is said of one place, one value a run. */
interface Seen {
  /** At a stage; NaN where memory can't be read. */
  copies(stage: Stage): readonly number[]
  /** What is resident over what was before the load. */
  residentMiB(stage: Stage): readonly number[]
  /** The most that was resident until the load's end, over what was before. */
  readonly peakMiB: readonly number[]
}

function summarise(looks: readonly Looks[]): Seen {
  const over = (value: (looks: Looks) => number) => looks.map((one) => value(one) - one.ready.residentMiB)
  return {
    copies: (stage) => looks.map((one) => one[stage].copies ?? Number.NaN),
    residentMiB: (stage) => over((one) => one[stage].residentMiB),
    peakMiB: over((one) => one.loaded.peakMiB),
  }
}

/** A row of the table in docs/decisions/0009-copies-of-the-weights.md. */
function describe({ copies, residentMiB, peakMiB }: Seen, canCount: boolean): string {
  const stages = ["loaded", "ran", "closed"] as const
  const each = (value: (stage: Stage) => string) => stages.map((stage) => `${stage} ${value(stage)}`).join(", ")
  return [
    ...(canCount ? [`copies ${each((stage) => Math.max(...copies(stage)).toFixed(3))}`] : []),
    `peak ${(median(peakMiB) / weightMiB).toFixed(2)} times the weights`,
    `resident over before, MiB: ${each((stage) => median(residentMiB(stage)).toFixed(0))}`,
  ].join("; ")
}

const mostOf: typeof mediansOf = (ours, theirs) => ({
  ...mediansOf(ours, theirs),
  ours: Math.max(...ours),
  theirs: typeof theirs === "number" ? theirs : Math.max(...theirs),
})

function figuresOf(measured: CopiesCase, seen: ReadonlyMap<Place, Seen>, canCount: boolean): readonly Figure[] {
  const { name, leavesNothing } = measured
  const ours = seen.get("vault") as Seen
  const others = [...seen].filter(([place]) => place !== "vault")
  const beside = (what: string, unit: "copies" | "MiB", values: (seen: Seen) => readonly number[]): readonly Figure[] =>
    others.map(([place, theirs]) => {
      const numbers = (unit === "copies" ? mostOf : mediansOf)(values(ours), values(theirs))
      return { name: `${what}, ${name}`, peer: peers[place], unit, ...numbers }
    })
  const counted: readonly Figure[] = [
    ...beside("copies after the load", "copies", ({ copies }) => copies("loaded")),
    ...beside("copies after the run", "copies", ({ copies }) => copies("ran")),
    ...beside("copies after the close", "copies", ({ copies }) => copies("closed")),
    {
      name: `copies after the close, ${name}`,
      peer: leavesNothing ? "the limit promised" : "none",
      unit: "copies",
      ...mostOf(ours.copies("closed"), 0),
      ...(leavesNothing && { bar: { atMost: 1 } }),
    },
  ]
  return [
    ...(canCount ? counted : []),
    {
      name: `peak of the load over before, ${name}`,
      peer: "the weights",
      unit: "MiB",
      ...mediansOf(ours.peakMiB, weightMiB),
    },
    ...beside("peak of the load over before", "MiB", ({ peakMiB }) => peakMiB),
    ...beside("resident after the close over before", "MiB", ({ residentMiB }) => residentMiB("closed")),
  ]
}

export const copies: Bench = {
  name: "copies",
  about: "how many plaintext copies of a model there are after load, run and close, and the peak of memory",
  async measure(say) {
    const canCount = process.platform === "linux" && process.getuid?.() === 0
    if (!canCount) say("copies: only the peaks, since only root can read a vault's memory and count in it")
    const figures: Figure[] = []
    for (const measured of copiesCases) {
      const network = matrixProducts(measured.layers, measured.size)
      const folder = await prepareCopies(measured, network)
      const windows = canCount ? windowsOf(network) : undefined
      try {
        const seen = new Map<Place, Seen>()
        for (const place of places) {
          if (place === "engine alone" && !measured.alone) continue
          const looks: Looks[] = []
          for (let run = 0; run < runs; run++) looks.push(await lookAtStages(place, measured.name, folder, windows))
          seen.set(place, summarise(looks))
          say(`copies: ${measured.name}, ${peers[place]}: ${describe(seen.get(place) as Seen, canCount)}`)
        }
        figures.push(...figuresOf(measured, seen, canCount))
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    }
    return figures
  },
}
