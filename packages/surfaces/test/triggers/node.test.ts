import { bytesSource } from "@strongroom/core"
import { afterEach, beforeEach, expect, it } from "vitest"
import { writeSealed } from "../sealed-model.js"
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

// A vault relies on no assignment: its environment is there before its process is. So there is nothing that could fail to
// reach native code.
it.skipIf(process.platform === "win32")(
  "native code in a vault's thread sees what the vault was started with",
  async () => {
    const model = await writeSealed({
      kind: "file",
      inputs: [],
      outputs: [{ name: "facts", type: "string", shape: [1] }],
      parts: [{ role: "file", name: "part", source: bytesSource(new Uint8Array(1)) }],
    })
    try {
      const planted = { STRONGROOM_TRIAL: "app" }
      const printed = await trial.run("environment-vault.mjs", ["STRONGROOM_TRIAL", model.folder], planted)
      const { variables, ...facts } = JSON.parse(printed)
      expect(variables).toBeGreaterThan(5)
      expect(facts).toEqual({ isMainThread: false, different: [], app: [null, null], set: null })
    } finally {
      model.close()
    }
  },
)
