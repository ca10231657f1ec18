import { readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { missingRuntime, runtimeFile } from "@strongroom/test-machine"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { writeModel } from "../onnx-model.js"
import {
  askRuntime,
  expectHarmless,
  expectNothing,
  type Runtime,
  type RuntimeRun,
  runRuntime,
} from "../runtime-trial.js"
import { attributed, makeFloatNeedles, startTrial, type Trial } from "../trial.js"

const needles = makeFloatNeedles()
let openvino: Runtime
let trial: Trial

const why = missingRuntime("openvino")

describe.skipIf(why)(`OpenVINO${why ? ` (not here: ${why})` : ""}`, () => {
  beforeAll(async () => {
    const folder = runtimeFile("openvino", "openvino/libs")
    const library = readdirSync(folder).find((name) => name.startsWith("libopenvino_c.so"))
    const model = await writeModel(needles.weights, needles.comment, needles.name)
    openvino = { name: "openvino", library: join(folder, String(library)), model, file: "model.onnx", shape: [64] }
  })
  afterAll(() => openvino.model.close())
  beforeEach(() => {
    trial = startTrial()
  })
  afterEach(() => trial.close())

  const plainly = (settings?: RuntimeRun) => runRuntime(trial, openvino, "plain", settings)

  const inVault = (settings: RuntimeRun) => expectHarmless(trial, needles, openvino, settings)

  it("writes nothing by itself", async () => {
    expect(await plainly()).toMatch(/^ran: /)
    expect(trial.holding("")).toEqual([])
  })

  describe("its cache", () => {
    const id = "openvino-cache"

    it("holds the weights", async () => {
      expect(await plainly({ properties: { CACHE_DIR: join(trial.home, "cache") } })).toMatch(/^ran: /)
      const kept = trial.holding(needles.weights)
      expect(kept).toEqual([expect.stringMatching(/^home\/cache\/\d+\.blob$/)])
      expect(attributed(id, kept)).toBe(true)
    })

    it("is a vault's own, where an engine in it asks for one", () => inVault({ properties: { CACHE_DIR: "cache" } }))

    it("can't be written elsewhere by an engine in a vault", async () => {
      const properties = { CACHE_DIR: join(trial.home, "cache") }
      expect(await runRuntime(trial, openvino, "vault", { properties })).toBe("refused: backend-failed\n")
      expectNothing(trial, needles, openvino)
    })
  })

  describe("dumps of its transformations", () => {
    const id = "openvino-transformation-dumps"

    it("hold the weights after every pass", async () => {
      const environment = { OV_ENABLE_SERIALIZE_TRACING: "1" }
      await trial.runNeutralised(id, "runtime.mjs", askRuntime(openvino, "plain"), environment)
      expect(trial.holding("")).toEqual([])
      expect(await plainly({ environment })).toMatch(/^ran: /)
      expect(trial.holding(needles.weights).length).toBeGreaterThan(100)
      expect(trial.holding(needles.name).length).toBeGreaterThan(100)
    })

    it("hold the names of nodes as graphs", async () => {
      const environment = { OV_ENABLE_VISUALIZE_TRACING: "1" }
      await trial.runNeutralised(id, "runtime.mjs", askRuntime(openvino, "plain"), environment)
      expect(trial.holding("")).toEqual([])
      expect(await plainly({ environment })).toMatch(/^ran: /)
      expect(trial.holding(needles.name).length).toBeGreaterThan(5)
      expect(trial.holding(needles.weights)).toEqual([])
    })

    it.each(["OV_ENABLE_SERIALIZE_TRACING", "OV_ENABLE_VISUALIZE_TRACING"])(
      "come from no vault, whoever sets %s",
      async (variable) => {
        const dumping = { [variable]: "1" }
        await inVault({ environment: dumping })
        await inVault({ environment: dumping, fixed: dumping })
      },
    )
  })

  describe("oneDNN in it", () => {
    const id = "onednn-jit-dump"
    const made = () => trial.holding("").filter((path) => attributed(id, [path]))

    it.each(["ONEDNN_JIT_DUMP", "DNNL_JIT_DUMP"])("writes machine code where %s says so", async (variable) => {
      const environment = { [variable]: "1" }
      await trial.runNeutralised(id, "runtime.mjs", askRuntime(openvino, "plain"), environment)
      expect(trial.holding("")).toEqual([])
      expect(await plainly({ environment })).toContain("ran: ")
      expect(made().length).toBeGreaterThan(0)
      expect(made().map((path) => dirname(path))).toEqual(made().map(() => "work"))
    })

    it("keeps it for a profiler where ONEDNN_JIT_PROFILE says so", async () => {
      const environment = { ONEDNN_JIT_PROFILE: "6" }
      await trial.runNeutralised(id, "runtime.mjs", askRuntime(openvino, "plain"), environment)
      expect(trial.holding("")).toEqual([])
      expect(await plainly({ environment })).toMatch(/^ran: /)
      expect(made()).toEqual([expect.stringMatching(/^home\/\.debug\/jit\/dnnl\..*\.dump$/)])
    })

    it("writes nothing of a vault's, whoever sets them", async () => {
      const dumping = { ONEDNN_JIT_DUMP: "1", ONEDNN_JIT_PROFILE: "6" }
      await inVault({ environment: dumping })
      await inVault({ environment: dumping, fixed: dumping })
    })
  })
})
