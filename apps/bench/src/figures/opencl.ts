import { mkdtemp, rm } from "node:fs/promises"
import { loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { drivers } from "@strongroom/test-machine"
import type { Bench, Figure } from "../figure.js"
import { networks } from "../networks/networks.js"
import { type Compared, compare, threads } from "./opencl/compared.js"
import { type Others, otherEngines } from "./opencl/engines.js"
import { loadingFigures } from "./opencl/loading.js"
import { networkFigures } from "./opencl/network-figures.js"
import { totals } from "./opencl/totals.js"

/** The engine of @strongroom/backend-opencl on PoCL; in the full form on Intel's runtime too, and beside more peers. */
export const opencl: Bench = {
  name: "opencl",
  about: "networks on OpenCL beside ONNX Runtime; with --full beside OpenVINO and tinygrad, and on Intel's OpenCL",
  async measure(say, isFull = false) {
    const tell = (line: string) => say(`opencl: ${line}`)
    if (drivers.pocl === undefined) {
      tell("left out, without PoCL: `npm run bench` installs it where that is possible, and says how to start it")
      return []
    }
    const [load = 0] = loadavg()
    // An engine whose threads wait for one another loses more to other programs than one whose threads share out work.
    if (load > 0.5) tell(`the load average is ${load.toFixed(1)}: what others do on this machine changes the ratios`)
    const data = process.env.STRONGROOM_ONNX_DATA
    if (data === undefined) tell("without ONNX's backend tests, in which the classic networks are: they are left out")
    const others: Others = isFull ? await otherEngines(tell) : new Map()
    const root = await mkdtemp(join(tmpdir(), "strongroom-bench-opencl-"))
    const all: Compared[] = []
    const figures: Figure[] = []
    try {
      for (const [index, network] of networks(data).entries()) {
        tell(`${network.name}, ${threads} threads`)
        const compared = await compare(network, others, join(root, String(index)))
        if (all.length === 0) tell(compared.ours.engine)
        for (const [name, { difference }] of compared.others) tell(`${name} differs by ${difference.toExponential(1)}`)
        for (const name of compared.failed) tell(`${name} can't run it: see above`)
        all.push(compared)
        figures.push(...networkFigures(compared), ...(network.isOcr ? await loadingFigures(network) : []))
      }
      return [...figures, ...totals(all)]
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  },
}
