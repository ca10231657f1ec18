import { conformanceCases, openSuite, programWriter, reference, testBackend } from "@strongroom/testkit"
import { type Defect, defects, wrong } from "@strongroom/testkit/wrong"
import { openVault } from "@strongroom/vault"
import { describe, expect, it } from "vitest"

// On Linux the system tells how much memory a vault has; elsewhere three cases more are left out.
const cases = process.platform === "linux" ? { run: 50, skipped: 15 } : { run: 47, skipped: 18 }

testBackend({ describe, it, create: reference, writers: [programWriter], cases, openVault })

/** Defects that no host hides, and that show without the engine itself. (Each session has a thread of its own, so none is shared.) */
const shown: readonly Defect[] = [
  "transposed-output",
  "narrowed-int64",
  "part-name-in-error",
  "swaps-inputs",
  "declines-broken-graphs",
  "never-empty",
  ...(process.platform === "linux" ? (["allocates-without-bound"] as const) : []),
]

describe("the suite in a vault finds a wrong backend", () => {
  it.each(shown)("%s", async (defect) => {
    const suite = await openSuite(() => wrong(defect), [programWriter], openVault)
    const outcome = (id: string) =>
      suite
        .run(conformanceCases.find((each) => each.id === id) as (typeof conformanceCases)[number])
        .catch(() => "fails")
    try {
      expect(await outcome(defects[defect])).toBe("fails")
      // A control: this engine isn't so wrong that everything fails.
      expect(await outcome("values/not")).toBe(true)
    } finally {
      await suite.close()
    }
  })
})
