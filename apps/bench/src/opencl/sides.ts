import { fileURLToPath } from "node:url"
import { type LineProcess, startLineProcess } from "../line-process.js"
import { pythonScript, pythonWith } from "../python.js"
import { compileC } from "./c-peer.js"
import type { MemoryUse } from "./memory-use.js"

const child = fileURLToPath(new URL("./opencl-child.js", import.meta.url))
const pyopencl = "2026.1.4"

/** A process that makes the calls its own way. */
export interface Side {
  readonly name: string
  /** Microseconds for one launch, milliseconds for one transfer: the mean of `count` in a row. */
  time(action: "launch" | "write" | "read", count: number): Promise<number>
  /** What the process has after doing it `count` times more. */
  memory(action: "queue" | "mix", count: number): Promise<MemoryUse>
}

export interface Sides {
  readonly flat: Side
  readonly objects: Side
  readonly c: Side
  /** Undefined where it can't be installed. */
  readonly python: Side | undefined
  /** The device that all of them use. */
  readonly device: string
  end(): void
}

/**
 * @param environment what a process needs for the driver that is measured
 * @param turn which of them is started first
 */
export async function startSides(
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
  turn = 0,
): Promise<Sides> {
  const started: LineProcess[] = []
  const end = () => {
    for (const line of started) line.end()
  }
  // NumPy would ask for huge pages, which others could do too: nobody's memory has them here.
  const variables = { ...environment, NUMPY_MADVISE_HUGEPAGE: "0" }
  const start = async (name: string, command: string, values: readonly string[]): Promise<Side> => {
    const line = await startLineProcess(name, command, values, variables)
    started.push(line)
    return {
      name,
      time: async (action, count) => Number(await line.ask(`${action} ${count}`)),
      memory: async (action, count) => JSON.parse(await line.ask(`${action} ${count}`)),
    }
  }
  const ours = (layer: "flat" | "objects") => start(layer, process.execPath, ["--expose-gc", child, layer])
  const { path, name } = await compileC(environment.STRONGROOM_OPENCL_LIBRARY)
  const interpreter = await pythonWith("pyopencl", [`pyopencl==${pyopencl}`, "numpy"], say).catch((error) => {
    say(`without pyopencl, which can't be had here: ${String(error).split("\n", 3).join(" ")}`)
    return undefined
  })
  const starts: readonly (() => Promise<Side | undefined>)[] = [
    () => start(name, path, []),
    () => ours("flat"),
    () => ours("objects"),
    async () =>
      interpreter === undefined
        ? undefined
        : await start(`pyopencl ${pyopencl}`, interpreter, [pythonScript("opencl_peer")]),
  ]
  try {
    const sides: (Side | undefined)[] = []
    for (let step = 0; step < starts.length; step++) {
      const index = (turn + step) % starts.length
      sides[index] = await starts[index]?.()
    }
    const found = new Set(started.map(({ greeting }) => greeting))
    if (found.size > 1) throw new Error(`The sides use different devices: ${[...found].join("; ")}.`)
    const [c, flat, objects, python] = sides as [Side, Side, Side, Side | undefined]
    return { c, flat, objects, python, device: started[0]?.greeting ?? "", end }
  } catch (error) {
    end()
    throw error
  }
}
