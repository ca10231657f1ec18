import { spawn } from "node:child_process"
import { once } from "node:events"
import { openVault } from "@strongroom/vault"
import { echo } from "../echo-backend.js"
import { type Bench, differences, mediansOf } from "../figure.js"
import { allInTurn } from "../measure.js"

const runs = 21
/** Milliseconds that a vault may take longer than an empty program. */
const limit = 100

/** From the call until it is ready, with a backend whose module is one small file. */
async function open(): Promise<number> {
  const start = performance.now()
  const vault = await openVault({ backend: echo(null) })
  const taken = performance.now() - start
  await vault.close()
  return taken
}

async function runNothing(): Promise<number> {
  const start = performance.now()
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit")
  return performance.now() - start
}

export const opening: Bench = {
  name: "opening",
  about: "from openVault() to a vault that is ready",
  async measure(say) {
    say("opening: a vault, and node -e 0, in turn")
    const [ours = [], nothing = []] = await allInTurn(runs, [open, runNothing])
    return [
      {
        name: "open a vault",
        peer: `node -e 0, ${process.versions.node}`,
        unit: "ms",
        ...mediansOf(ours, nothing),
      },
      {
        name: "open a vault, over node -e 0",
        peer: "the limit promised",
        unit: "ms",
        ...mediansOf(differences(ours, nothing), limit),
        bar: { atMost: 1 },
      },
    ]
  },
}
