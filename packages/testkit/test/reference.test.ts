import { programWriter, reference, testBackend } from "@strongroom/testkit"
import { describe, it } from "vitest"

testBackend({ describe, it, create: reference, writers: [programWriter], cases: { run: 65, skipped: 0 } })

describe("declaring less", () => {
  const create = () => reference({ types: ["float32", "int32"], parallelRuns: 1, cancels: false, keepsOutputs: false })
  testBackend({ describe, it, create, writers: [programWriter], cases: { run: 46, skipped: 19 } })
})
