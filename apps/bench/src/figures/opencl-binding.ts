import { drivers } from "@strongroom/test-machine"
import { type Bench, differences, type Figure, mediansOf } from "../figure.js"
import { queued, transferBytes } from "../opencl/calls.js"
import { type Side, type Sides, startSides } from "../opencl/sides.js"
import { type Timed, type Timings, timeInNewProcesses } from "../opencl/timings.js"

const processes = 24
/**
 * A process that comes back to a core finds others' memory in its caches: in a short row of launches that counts, in a
 * long one it doesn't.
 */
const timed: readonly Timed[] = [
  { action: "launch", count: 2000, runs: 3 },
  { action: "launch", count: 200, runs: 5 },
  { action: "write", count: 1, runs: 5 },
  { action: "read", count: 1, runs: 5 },
]
/** What a launch may cost over C's, in microseconds: in a long row. */
const launchLimit = 3
const transferRatio = 1.03
/** Queues filled: before the memory is looked at, and between both looks. */
const queues = { before: 5, between: 10 }
/** The same for rounds of eight calls: a million calls. */
const rounds = { before: 12_500, between: 125_000 }
/** What JavaScript's heap may grow by, and C's over what it grows by in C, in MiB. */
const heapLimit = 1

/** Where each of ours is among the sides. */
const layers = { "flat functions": 1, objects: 2 } as const
const mebibytes = (bytes: number) => bytes / 2 ** 20

/** Ours beside C, and beside pyopencl where there is one. */
function timeFigures({ action, count, runs }: Timed, timings: Timings): readonly Figure[] {
  const isLaunch = action === "launch"
  const common = { unit: isLaunch ? "us" : "ms", runs: processes * runs } as const
  const figures: Figure[] = []
  const ofC = timings[0]?.medians ?? []
  for (const [layer, place] of Object.entries(layers)) {
    const ours = timings[place]?.medians ?? []
    const what = isLaunch ? `${count} x setArg, enqueue, finish` : `${action} ${mebibytes(transferBytes)} MiB`
    const name = `${what}, ${layer}`
    if (isLaunch)
      figures.push({
        ...mediansOf(differences(ours, ofC), launchLimit),
        ...common,
        name: `${name}: over C`,
        peer: "the limit promised for a long row",
        ...(count === timed[0]?.count && { bar: { atMost: 1 } }),
      })
    for (const peer of timings.filter((_, at) => at === 0 || at > layers.objects)) {
      const bar = !isLaunch && peer === timings[0] ? { bar: { atMost: transferRatio } } : {}
      figures.push({ ...mediansOf(ours, peer.medians), ...common, name, peer: peer.name, ...bar })
    }
  }
  return figures
}

/** By how much both heaps and the pages of each side grow. */
async function growthFigures(
  { c, flat, objects }: Sides,
  action: "queue" | "mix",
  { before, between }: { readonly before: number; readonly between: number },
  what: string,
  say: (line: string) => void,
): Promise<readonly Figure[]> {
  const growth = async (side: Side) => {
    const first = await side.memory(action, before)
    const last = await side.memory(action, between)
    const grown = {
      native: mebibytes(last.native - first.native),
      heap: mebibytes(last.heap - first.heap),
      resident: mebibytes(last.resident - first.resident),
    }
    const shown = Object.entries(grown).map(([name, value]) => `${name} ${value.toFixed(2)}`)
    say(`${what}, ${side.name}: ${shown.join(", ")} MiB more`)
    return grown
  }
  const ofC = await growth(c)
  const figures: Figure[] = []
  for (const side of [flat, objects]) {
    const grown = await growth(side)
    const limit = { unit: "MiB", theirs: heapLimit, peer: "the limit", runs: 1, bar: { atMost: 1 } } as const
    const native = grown.native - ofC.native
    figures.push({ ...limit, name: `C's heap after ${what}, ${side.name}: growth over C`, ours: native })
    figures.push({ ...limit, name: `JavaScript's heap after ${what}, ${side.name}: growth`, ours: grown.heap })
  }
  return figures
}

export const openclBinding: Bench = {
  name: "opencl-binding",
  about: "OpenCL by @strongroom/opencl, beside the same calls in C and with pyopencl",
  async measure(say) {
    const tell = (line: string) => say(`opencl-binding: ${line}`)
    const { pocl } = drivers
    if (pocl === undefined) {
      tell("left out, without PoCL: `npm run bench` installs it where that is possible, and says how to start it")
      return []
    }
    const start = (turn: number) => startSides({ ...process.env, ...pocl }, tell, turn)
    const timings = await timeInNewProcesses(processes, timed, start)
    const figures = timed.flatMap((what, index) => timeFigures(what, timings[index] as Timings))
    const sides = await start(0)
    tell(sides.device)
    try {
      const filled = `${queues.between} queues of ${queued} kernels`
      figures.push(...(await growthFigures(sides, "queue", queues, filled, tell)))
      figures.push(...(await growthFigures(sides, "mix", rounds, `${8 * rounds.between} calls`, tell)))
    } finally {
      sides.end()
    }
    return figures
  },
}
