import type { Bench, Figure } from "../figure.js"
import { allInTurn, median } from "../measure.js"
import { queued, transferBytes } from "../opencl/calls.js"
import { type Side, type Sides, startSides } from "../opencl/sides.js"

/**
 * Launches in a row, and how often. A process that comes back to a core has others' memory in its caches: in a short row
 * that counts, in a long one it doesn't.
 */
const rows = { long: { launches: 2000, runs: 51 }, short: { launches: 200, runs: 101 } }
/** What a launch may cost over C's, in microseconds: in a long row. */
const launchLimit = 3
/** Where a process's memory happens to lie decides more than what is measured: hence several, each of which is new. */
const transfers = { processes: 7, runs: 9 }
const transferRatio = 1.03
/** Queues filled: before the memory is looked at, and between both looks. */
const queues = { before: 5, between: 10 }
/** The same for rounds of eight calls: a million calls. */
const rounds = { before: 12_500, between: 125_000 }
/** What the heaps may grow by, C's over what it grows by in C, in MiB. */
const heapLimit = 1

const layers = ["flat", "objects"] as const
const names = { flat: "flat functions", objects: "objects" } as const
const mebibytes = (bytes: number) => bytes / 2 ** 20

/** Every row of ours is paired with the one that C had just before. */
async function launchFigures(sides: Sides, say: (line: string) => void): Promise<readonly Figure[]> {
  const all = present(sides)
  for (const side of all) await side.time("launch", 5000)
  const figures: Figure[] = []
  for (const [length, { launches, runs }] of Object.entries(rows)) {
    const [ofC = [], ofFlat = [], ofObjects = [], ofPython = []] = await allInTurn(
      runs,
      all.map((side) => () => side.time("launch", launches)),
    )
    const common = { unit: "us", runs } as const
    for (const layer of layers) {
      const ours = layer === "flat" ? ofFlat : ofObjects
      const name = `${launches} x setArg, enqueue, finish, ${names[layer]}`
      figures.push({
        ...common,
        name: `${name}: over C`,
        ours: median(ours.map((value, run) => value - (ofC[run] as number))),
        theirs: launchLimit,
        peer: "the limit promised for a long row",
        ...(length === "long" && { bar: { atMost: 1 } }),
      })
      figures.push({ ...common, name, ours: median(ours), theirs: median(ofC), peer: sides.c.name })
      if (sides.python)
        figures.push({ ...common, name, ours: median(ours), theirs: median(ofPython), peer: sides.python.name })
    }
    say(`a launch in C, of ${launches} in a row: ${median(ofC).toFixed(2)} us`)
  }
  return figures
}

/** The medians of each new process's median. */
async function transferFigures(start: () => Promise<Sides>): Promise<readonly Figure[]> {
  const actions = ["write", "read"] as const
  const found = { write: [] as number[][], read: [] as number[][] }
  const sideNames: string[] = []
  for (let process = 0; process < transfers.processes; process++) {
    const sides = await start()
    const all = present(sides)
    sideNames.splice(0, Infinity, ...all.map(({ name }) => name))
    for (const action of actions) {
      const values = await allInTurn(
        transfers.runs,
        all.map((side) => () => side.time(action, 1)),
      )
      found[action].push(values.map(median))
    }
    sides.end()
  }
  const [cName = "", , , pythonName] = sideNames
  return actions.flatMap((action) => {
    const side = (index: number) => median(found[action].map((values) => values[index] as number))
    return layers.flatMap((layer): Figure[] => {
      const figure = {
        name: `${action} ${mebibytes(transferBytes)} MiB, ${names[layer]}`,
        unit: "ms",
        ours: side(layer === "flat" ? 1 : 2),
        runs: transfers.processes * transfers.runs,
      } as const
      const besideC: Figure = { ...figure, theirs: side(0), peer: cName, bar: { atMost: transferRatio } }
      return pythonName === undefined ? [besideC] : [besideC, { ...figure, theirs: side(3), peer: pythonName }]
    })
  })
}

/** C's first, ours, and pyopencl's where there is one. */
function present({ c, flat, objects, python }: Sides): readonly Side[] {
  return [c, flat, objects, ...(python ? [python] : [])]
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
    const start = () => startSides(environment(), tell)
    const sides = await start()
    try {
      tell(sides.device)
      return [
        ...(await launchFigures(sides, tell)),
        ...(await transferFigures(start)),
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
