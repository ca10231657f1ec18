import { describe, expect, it } from "vitest"
import type { RuntimeRun } from "./runtime-trial.js"
import { type Needles, type Trial, weightsIn } from "./trial.js"

/** A build of TensorFlow, run in the trial of the test that is running. All give what was printed. */
export interface TensorFlowRuns {
  readonly needles: Needles
  trial(): Trial
  plainly(environment: Readonly<Record<string, string>>): Promise<string>
  neutralised(id: string, environment: Readonly<Record<string, string>>): Promise<string>
  /** Expects that no file comes of it. */
  inVault(settings: Pick<RuntimeRun, "environment" | "fixed">): Promise<string>
}

/** Of the surface `id`. @param operators are the names of what computes the model's product in this build. */
export function describeOperatorValues(
  id: string,
  { needles, plainly, neutralised, inVault }: TensorFlowRuns,
  operators: string,
) {
  describe("values of operators", () => {
    const logging = { TF_CPU_DEBUG_OPS_TO_LOG: operators, TF_CPP_MIN_LOG_LEVEL: "0" }
    const countIn = (log: string) => weightsIn(log, needles)

    it("are in the log where a variable names them", async () => {
      expect(countIn(await neutralised(id, logging))).toBe(0)
      expect(countIn(await plainly(logging))).toBeGreaterThan(8)
    })

    it("are in no log of a vault's, whoever sets it", async () => {
      expect(countIn(await inVault({ environment: logging }))).toBe(0)
      expect(countIn(await inVault({ environment: logging, fixed: logging }))).toBe(0)
    })
  })
}

/** Of the surface `id`. */
export function describeNodeDescriptions(id: string, { trial, plainly, neutralised, inVault }: TensorFlowRuns) {
  describe("descriptions of nodes", () => {
    const writing = (folder: string) => ({ TF_NODE_FILE_WRITER_DIRECTORY: folder })

    it("go to the folder in a variable", async () => {
      expect(await neutralised(id, writing(trial().home))).toContain("ran: ")
      expect(trial().holding("")).toEqual([])
      await plainly(writing(trial().home))
      expect(trial().holding("_input_shapes")).toEqual([expect.stringMatching(/^home\/node_defs/)])
    })

    it("come from no vault, whoever sets it", async () => {
      await inVault({ environment: writing(trial().home) })
      for (const folder of [".", trial().home]) await inVault({ fixed: writing(folder) })
    })
  })
}
