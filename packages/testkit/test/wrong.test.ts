import { conformanceCases, openSuite, programWriter } from "@strongroom/testkit"
import { type Defect, defects, wrong } from "@strongroom/testkit/wrong"
import { describe, expect, it } from "vitest"

/** Which cases a wrong backend fails; of the rest, whether they pass is the reference's test. */
async function failedCases(defect: Defect, ids: readonly string[]): Promise<string[]> {
  const suite = await openSuite(() => wrong(defect), [programWriter])
  try {
    const failed: string[] = []
    for (const conformanceCase of conformanceCases.filter(({ id }) => ids.includes(id))) {
      await suite.run(conformanceCase).catch(() => failed.push(conformanceCase.id))
    }
    return failed
  } finally {
    await suite.close()
  }
}

describe("a wrong backend is rejected by name", () => {
  it.each(Object.entries(defects) as [Defect, string][])("%s, by %s", async (defect, id) => {
    // The case beside it is a control: this engine isn't so wrong that everything fails.
    const control = ["declares/value", "values/not"]
    expect(await failedCases(defect, [id, ...control])).toEqual([id])
  })
})
