import type { Bench, Figure } from "../figure.js"
import { allInTurn, median } from "../measure.js"
import { queued, transferBytes } from "../opencl/calls.js"
import { type Side, type Sides, startSides } from "../opencl/sides.js"

const launchRuns = 151
/** Launches in a run. */
const launches = 200
const transferRuns = 51
/** What a launch may cost over C's, in microseconds. */
const launchLimit = 3
const transferRatio = 1.03
/** Queues filled: before the memory is looked at, and between both looks. */
const queues = { before: 5, between: 10 }
/** The same for rounds of eight calls: a million calls. */
const rounds = { before: 12_500, between: 125_000 }
/** What the heaps may grow by over C's. */
const heapLimit = 1

const layers = ["flat", "objects"] as const
const names = { flat: "flat functions", objects: "objects" } as const
const mebibytes = (bytes: number) => bytes / 2 ** 20

/** Every launch of ours is paired with C's just before or after it. */
async function launchFigures(sides: Sides, say: (line: string) => void): Promise<readonly Figure[]> {
  const { flat, objects, c, python } = sides
  const sample = (side: Side) => () => side.time("launch", launches)
  for (const side of [c, flat, objects, python]) await side?.time("launch", 5000)
  const [ofC = [], ofFlat = [], ofObjects = [], ofPython = []] = await allInTurn(
    launchRuns,
    [c, flat, objects, ...(python ? [python] : [])].map(sample),
  )
  say(`a launch in C: ${median(ofC).toFixed(2)} us`)
  const common = { unit: "us", runs: launchRuns * launches } as const
  return layers.flatMap((layer): Figure[] => {
    const ours = layer === "flat" ? ofFlat : ofObjects
    const over = median(ours.map((value, run) => value - (ofC[run] as number)))
    const name = `setArg, enqueue, finish, ${names[layer]}`
    const beside = { ...common, name, ours: median(ours) }
    return [
      {
        ...common,
        name: `${name}: over C`,
        ours: over,
        theirs: launchLimit,
        peer: `the limit promised; ${c.name}`,
        bar: { atMost: 1 },
      },
      { ...beside, theirs: median(ofC), peer: c.name },
      ...(python ? [{ ...beside, theirs: median(ofPython), peer: python.name }] : []),
    ]
  })
}

async function transferFigures({ flat, objects, c, python }: Sides): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const action of ["write", "read"] as const) {
    const [ofC = [], ofFlat = [], ofObjects = [], ofPython = []] = await allInTurn(
      transferRuns,
      [c, flat, objects, ...(python ? [python] : [])].map((side) => () => side.time(action, 1)),
    )
    for (const layer of layers) {
      const figure = {
        name: `${action} ${mebibytes(transferBytes)} MiB, ${names[layer]}`,
        unit: "ms",
        ours: median(layer === "flat" ? ofFlat : ofObjects),
        runs: transferRuns,
      } as const
      figures.push({ ...figure, theirs: median(ofC), peer: c.name, bar: { atMost: transferRatio } })
      if (python) figures.push({ ...figure, theirs: median(ofPython), peer: python.name })
    }
  }
  return figures
}

/** By how much both heaps and the pages of each side grow, and how much more than C's that is. */
async function growthFigures(
  sides: Sides,
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
  const ofC = await growth(sides.c)
  const figures: Figure[] = []
  for (const layer of layers) {
    const grown = await growth(sides[layer])
    const common = { unit: "MiB", theirs: heapLimit, runs: 1, bar: { atMost: 1 } } as const
    figures.push(
      {
        ...common,
        name: `C's heap after ${what}, ${names[layer]}: growth over C`,
        peer: "the limit",
        ours: grown.native - ofC.native,
      },
      {
        ...common,
        name: `JavaScript's heap after ${what}, ${names[layer]}: growth`,
        peer: "the limit",
        ours: grown.heap,
      },
    )
  }
  return figures
}

export const openclBinding: Bench = {
  name: "opencl-binding",
  about: "OpenCL by @strongroom/opencl, beside the same calls in C and with pyopencl",
  async measure(say) {
    const tell = (line: string) => say(`opencl-binding: ${line}`)
    const sides = await startSides(environment(), tell)
    try {
      tell(sides.device)
      return [
        ...(await launchFigures(sides, tell)),
        ...(await transferFigures(sides)),
        ...(await growthFigures(sides, "queue", queues, `${queues.between} queues of ${queued} kernels`, tell)),
        ...(await growthFigures(sides, "mix", rounds, `${8 * rounds.between} calls`, tell)),
      ]
    } finally {
      sides.end()
    }
  },
}

/** PoCL's, as scripts/lib/drivers.mjs gives it. */
function environment(): NodeJS.ProcessEnv {
  const drivers = JSON.parse(process.env.STRONGROOM_OPENCL_DRIVERS ?? "{}")
  return { ...process.env, ...drivers.pocl }
}
