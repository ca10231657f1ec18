import { expect, it } from "vitest"
import { rehearse } from "../src/rehearsal.js"
import { loadRuntime } from "../src/runtime.js"

// The engine ignores a rehearsal that fails: here it may not.
it("rehearses with a model that ONNX Runtime takes", async () => {
  await expect(rehearse(loadRuntime(), { executionProviders: ["cpu"] })).resolves.toBeUndefined()
})
