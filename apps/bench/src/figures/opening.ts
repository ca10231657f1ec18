import { spawn } from "node:child_process"
import { once } from "node:events"
import { openVault } from "@strongroom/vault"
import { echo } from "../echo-backend.js"
import type { Bench } from "../figure.js"
import { allInTurn, median } from "../measure.js"

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
    const [ours = Number.NaN, peer = Number.NaN] = (await allInTurn(runs, [open, runNothing])).map(median)
    return [
      { name: "open a vault", peer: `node -e 0, ${process.versions.node}`, unit: "ms", ours, theirs: peer, runs },
      {
        name: "open a vault, over node -e 0",
        peer: "the limit promised",
        unit: "ms",
        ours: ours - peer,
        theirs: limit,
        runs,
        bar: { atMost: 1 },
      },
    ]
  },
}
