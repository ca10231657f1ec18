import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { matchContent } from "../../src/index.js"
import { writeModel } from "../onnx-model.js"
import type { WrittenModel } from "../sealed-model.js"
import { attributed, makeFloatNeedles, startTrial, type Trial } from "../trial.js"

const needles = makeFloatNeedles()
let model: WrittenModel
let trial: Trial

beforeAll(async () => {
  model = await writeModel(needles.weights, needles.comment, needles.name)
})
afterAll(() => model.close())

const ask = (where: "plain" | "vault", sessionOptions: Readonly<Record<string, unknown>> = {}) => [
  JSON.stringify({ where, folder: model.folder, sessionOptions }),
]

// Telemetry is in the builds for Linux, and so is the vault that is locked down.
describe.runIf(process.platform === "linux")("ONNX Runtime", () => {
  beforeEach(() => {
    trial = startTrial()
  })
  afterEach(() => trial.close())

  describe("telemetry", () => {
    const id = "ort-telemetry"

    it("keeps the model's metadata in a database", async () => {
      expect(await trial.run("onnxruntime.mjs", ask("plain"))).toContain("ran: 64")
      const kept = trial.holding(needles.comment)
      expect(attributed(id, kept)).toBe(true)
      expect(trial.holding("SQLite format 3").map((path) => matchContent(trial.read(path))?.id)).toContain("sqlite")
    })

    it("is off by its variable", async () => {
      expect(await trial.runNeutralised(id, "onnxruntime.mjs", ask("plain"))).toContain("ran: 64")
      expect(trial.holding("")).toEqual([])
    })

    it("comes to nothing in a vault, where it is on", async () => {
      expect(await trial.run("onnxruntime.mjs", ask("vault"))).toContain("ran: 64")
      expect(trial.holding(needles.comment)).toEqual([])
      expect(trial.holding(needles.weights)).toEqual([])
    })
  })

  describe("an optimised model file", () => {
    const id = "ort-optimized-model"
    const options = () => ({ optimizedModelFilePath: join(trial.home, "optimised.onnx") })

    it("holds the weights", async () => {
      expect(await trial.run("onnxruntime.mjs", ask("plain", options()))).toContain("ran: 64")
      expect(trial.holding(needles.weights), id).toEqual(["home/optimised.onnx"])
    })

    it("can't be written by an engine in a vault", async () => {
      expect(await trial.run("onnxruntime.mjs", ask("vault", options()))).toContain("refused: backend-failed")
      expect(trial.holding(needles.weights)).toEqual([])
    })
  })

  describe("a profile", () => {
    const id = "ort-profiling"
    const options = () => ({ enableProfiling: true, profileFilePrefix: join(trial.home, "profile") })

    it("tells the names of nodes", async () => {
      expect(await trial.run("onnxruntime.mjs", ask("plain", options()))).toContain("ran: 64")
      expect(trial.holding(`${needles.name}_kernel_time`), id).toEqual([
        expect.stringMatching(/^home\/profile.*\.json$/),
      ])
    })

    it("can't be written by an engine in a vault", async () => {
      expect(await trial.run("onnxruntime.mjs", ask("vault", options()))).toContain("ran: 64")
      expect(trial.holding(needles.name)).toEqual([])
    })
  })
})
