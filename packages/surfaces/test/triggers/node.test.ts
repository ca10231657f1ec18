import { afterEach, beforeEach, expect, it } from "vitest"
import { startTrial, type Trial } from "../trial.js"

// Node's other surfaces are attacks of the vault's: docs/attacks.md.
let trial: Trial
beforeEach(() => {
  trial = startTrial()
})
afterEach(() => trial.close())

// The program asks the C library by its own name, which Windows has no one library for.
it.skipIf(process.platform === "win32")(
  "a variable set in a worker thread doesn't reach native code, one set in the main thread does",
  async () => {
    const id = "node-env-worker"
    const printed = await trial.run("worker.mjs", [])
    expect(printed, id).toBe("after the worker: null\nafter the main thread: main\n")
  },
)
