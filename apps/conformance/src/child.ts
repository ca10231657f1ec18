// A process that runs cases one after the other, each as it is sent: a driver that crashes takes one case with it.
import { loadEngine } from "@strongroom/core/host"
import { engines } from "./engine.js"
import type { FromChild, ToChild } from "./messages.js"
import { runCase } from "./run-case.js"

const create = engines[process.argv[2] ?? ""]
if (create === undefined) throw new Error("There is no such engine.")
const { engine } = await loadEngine(create())
const answer = (message: FromChild) => process.send?.(message)
process.on("message", async ({ run }: ToChild) => answer({ verdict: await runCase(engine, run) }))
answer({ ready: engine.fingerprint })
