import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bytesSource } from "@strongroom/core"
import { missingRuntime, runtimeFile, runtimes } from "@strongroom/test-machine"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { environmentFor, neutralise } from "../../src/index.js"
import { handOver } from "../ordinary-user.js"
import {
  askRuntime,
  expectHarmless,
  expectNothing,
  type Runtime,
  type RuntimeRun,
  runRuntime,
} from "../runtime-trial.js"
import { writeSealed } from "../sealed-model.js"
import { describeNodeDescriptions, describeOperatorValues } from "../tensorflow-variables.js"
import { attributed, makeFloatNeedles, startTrial, type Trial } from "../trial.js"

const needles = makeFloatNeedles()
const python = String(runtimes.tensorflow)
let tensorflow: Runtime
let trial: Trial

const why = missingRuntime("tensorflow")

describe.skipIf(why)(`TensorFlow${why ? ` (not here: ${why})` : ""}`, () => {
  beforeAll(async () => {
    const library = runtimeFile("tensorflow", "tensorflow/libtensorflow_cc.so.2")
    tensorflow = { name: "tensorflow", library, model: await freeze(), file: "graph.pb", shape: [1, 8] }
  })
  afterAll(() => tensorflow.model.close())
  beforeEach(() => {
    trial = startTrial()
  })
  afterEach(() => trial.close())

  const plainly = (environment?: Readonly<Record<string, string>>) =>
    runRuntime(trial, tensorflow, "plain", environment && { environment })
  const neutralised = (id: string, environment: Readonly<Record<string, string>>) =>
    trial.runNeutralised(id, "runtime.mjs", askRuntime(tensorflow, "plain"), environment)
  const inVault = (settings: RuntimeRun) => expectHarmless(trial, needles, tensorflow, settings)

  it("writes nothing by itself", async () => {
    expect(await plainly()).toContain("ran: ")
    expect(trial.holding("")).toEqual([])
  })

  describe("dumps of graphs", () => {
    const id = "tf-dump-graph"
    const dumping = (folder: string) => ({
      TF_DUMP_GRAPH_PREFIX: folder,
      TF_DUMP_GRAPH_NAME_FILTER: "*",
      TF_DUMP_GRAPH_FMT: "BIN",
    })

    it("hold the weights, as bytes or in text, and aren't made without their variables", async () => {
      const folder = join(trial.home, "graphs")
      expect(await neutralised(id, dumping(folder))).toContain("ran: ")
      expect(trial.holding("")).toEqual([])
      await plainly(dumping(folder))
      expect(trial.holding(needles.weights).length).toBeGreaterThan(3)
      const { TF_DUMP_GRAPH_FMT: _, ...asText } = dumping(folder)
      await plainly(asText)
      const texts = trial.holding(needles.name).filter((path) => path.endsWith(".pbtxt"))
      expect(texts.length).toBeGreaterThan(3)
      expect(texts.every((path) => attributed(id, [path]))).toBe(true)
    })

    it("come from no vault, whoever sets them", async () => {
      await inVault({ environment: dumping(join(trial.home, "graphs")) })
      for (const folder of ["graphs", join(trial.home, "graphs")]) await inVault({ fixed: dumping(folder) })
    })
  })

  const runs = { needles, trial: () => trial, plainly, neutralised, inVault }
  // The product is oneDNN's where TensorFlow was built with it.
  describeOperatorValues("tf-debug-ops", runs, "MatMul,_MklMatMul")
  describeNodeDescriptions("tf-file-writer", runs)

  describe("XLA", () => {
    const id = "tf-xla-dump"
    const compiling = "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit --tf_xla_min_cluster_size=1"
    const dumping = (folder: string) => ({
      TF_XLA_FLAGS: `${compiling} --tf_xla_persistent_cache_directory=${join(folder, "cache")}`,
      XLA_FLAGS: `--xla_dump_to=${join(folder, "dump")} --xla_dump_hlo_as_proto`,
    })

    it("dumps and keeps the weights of what it compiles, as variables say", async () => {
      expect(await neutralised(id, dumping(trial.home))).toContain("ran: ")
      expect(trial.holding("")).toEqual([])
      await plainly(dumping(trial.home))
      const places = trial.holding(needles.weights).map((path) => path.split("/")[1])
      expect([...new Set(places)].sort()).toEqual(["cache", "dump"])
    })

    it("leaves none of a vault's, whoever sets them", async () => {
      await inVault({ environment: dumping(trial.home) })
      await inVault({ fixed: dumping("") })
      await runRuntime(trial, tensorflow, "vault", { fixed: dumping(trial.home) })
      expectNothing(trial, needles, tensorflow)
    })
  })

  it("has oneDNN write machine code where a variable says so", async () => {
    const id = "onednn-jit-dump"
    await plainly({ ONEDNN_JIT_DUMP: "1" })
    const made = trial.holding("")
    expect(made.length).toBeGreaterThan(0)
    expect(made.every((path) => attributed(id, [path]))).toBe(true)
  })

  // Only Python has it, and a vault starts no program: docs/attacks.md.
  it("leaves functions that AutoGraph made among temporary files, in Python", () => {
    const id = "tf-autograph-source"
    const program = join(trial.secluded, "program.py")
    const lines = ["@tf.function", `def ${needles.name}(x):`, "  return x * 2.0", "", `${needles.name}(tf.ones([1]))`]
    writeFileSync(program, ["import tensorflow as tf", "", ...lines, ""].join("\n"))
    // Not as the ordinary user, to whom the interpreter may be closed.
    const run = (env: Readonly<Record<string, string | undefined>>) =>
      execFileSync(python, [program], { cwd: trial.work, env, stdio: "ignore" })
    const environment = { PATH: process.env.PATH, HOME: trial.home, TMPDIR: trial.work }
    run(environmentFor(neutralise({ ids: [id] }), environment, trial.secluded))
    expect(trial.holding(needles.name)).toEqual([])
    run(environment)
    const left = trial.holding(needles.name)
    expect(left).toEqual([expect.stringMatching(/^work\/__pycache__\//)])
    expect(attributed(id, left)).toBe(true)
  })
})

/** The graph of programs/frozen_graph.py, sealed and plain. */
async function freeze() {
  const aside = startTrial()
  try {
    const path = join(aside.home, "graph.pb")
    const program = fileURLToPath(new URL("programs/frozen_graph.py", import.meta.url))
    execFileSync(python, [program, needles.name, needles.weights.toString("hex"), path], { stdio: "ignore" })
    handOver(aside.folder)
    const graph = readFileSync(path)
    const vector = { type: "float32", shape: [1, 8] } as const
    const part = { role: "file", name: "graph.pb", source: bytesSource(graph) } as const
    const model = { kind: "file", inputs: [{ name: "x", ...vector }], outputs: [{ name: "y", ...vector }] } as const
    return await writeSealed({ ...model, parts: [part] }, { "graph.pb": graph })
  } finally {
    aside.close()
  }
}
