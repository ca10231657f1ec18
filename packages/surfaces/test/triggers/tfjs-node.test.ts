import { join } from "node:path"
import { missingTfjsNode, tfjsNodeFolder } from "@strongroom/test-machine"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { noNamespaces } from "../namespaces.js"
import type { WrittenModel } from "../sealed-model.js"
import { describeNodeDescriptions, describeOperatorValues } from "../tensorflow-variables.js"
import { writeSavedModel, writeTfjsModel } from "../tfjs-model.js"
import { attributed, makeFloatNeedles, startTrial, type Trial } from "../trial.js"

const needles = makeFloatNeedles()
let model: WrittenModel
let trial: Trial

interface Run {
  /** Variables of the process; in a vault, of the app. */
  readonly environment?: Readonly<Record<string, string>>
  /** Variables that the backend's own code sets in the vault. */
  readonly fixed?: Readonly<Record<string, string>>
}

const why = missingTfjsNode()

describe.skipIf(why)(`tfjs-node${why ? ` (not here: ${why})` : ""}`, () => {
  beforeAll(async () => {
    model = await writeTfjsModel(needles.weights, needles.name)
  })
  afterAll(() => model.close())
  beforeEach(() => {
    trial = startTrial()
  })
  afterEach(() => trial.close())

  const ask = (where: "plain" | "saved-model" | "vault", environment: Run["fixed"] = {}, { folder } = model) => [
    JSON.stringify({ where, setupFolder: tfjsNodeFolder, folder, environment }),
  ]
  const plainly = (environment?: Run["environment"]) => trial.run("tfjs-node.mjs", ask("plain"), environment)
  const neutralised = (id: string, environment: Readonly<Record<string, string>>) =>
    trial.runNeutralised(id, "tfjs-node.mjs", ask("plain"), environment)

  /** Files that expose the model, but for the graph model's own, which lie there in the clear. */
  const exposing = () => trial.exposing(needles).filter((path) => !path.startsWith(model.folder))

  /** To the result of a process by itself, and with no file where others come. What was printed. */
  async function inVault({ environment = {}, fixed = {} }: Run): Promise<string> {
    const aside = startTrial()
    const alone = await aside.run("tfjs-node.mjs", ask("plain")).finally(() => aside.close())
    const printed = await trial.run("tfjs-node.mjs", ask("vault", fixed), environment)
    expect(resultOf(printed)).toBe(resultOf(alone))
    expect(trial.holding("")).toEqual([])
    expect(exposing()).toEqual([])
    return printed
  }

  it("writes nothing by itself", async () => {
    expect(resultOf(await plainly())).toHaveLength(64)
    expect(trial.holding("")).toEqual([])
  })

  const runs = { needles, trial: () => trial, plainly, neutralised, inVault }
  // tfjs-node makes every product by TensorFlow's newest operator, which is oneDNN's where TensorFlow was built with it.
  describeOperatorValues("tf-debug-ops", runs, "BatchMatMulV2,_MklBatchMatMulV2")
  describeNodeDescriptions("tf-file-writer", runs)

  describe("a SavedModel", () => {
    let sealed: WrittenModel
    beforeAll(async () => {
      sealed = await writeSavedModel(needles.weights, needles.name)
    })
    afterAll(() => sealed.close())
    const inFolder = () => trial.run("tfjs-node.mjs", ask("saved-model", {}, sealed))

    // What "tf-savedmodel-disk" says: tf.node.loadSavedModel reads a folder, for which an app has to write the model.
    it("lies in a folder in the clear for tfjs-node's own function, and stays there", async () => {
      await inFolder()
      const written = ["saved_model.pb", "variables/variables.data-00000-of-00001"]
      expect(trial.holding(needles.name)).toEqual([`work/model/${written[0]}`])
      expect(trial.holding(needles.weights)).toEqual([`work/model/${written[1]}`])
      expect(exposing()).toHaveLength(2)
    })

    it.skipIf(noNamespaces)(
      "in a vault gives the same, and is in no file that another process sees, at any time",
      async () => {
        const alone = await inFolder()
        trial.close()
        trial = startTrial()
        let printed = ""
        const found = await trial.exposingWhile(needles, async () => {
          printed = await trial.run("tfjs-node.mjs", ask("vault", {}, sealed))
        })
        expect(resultOf(printed)).toBe(resultOf(alone))
        expect(found).toEqual([])
        expect(exposing()).toEqual([])
        expect(trial.holding("")).toEqual([])
      },
    )

    it.skipIf(noNamespaces)("is seen by the same look while a process has it in a folder", async () => {
      const found = await trial.exposingWhile(needles, inFolder)
      expect(found.map((path) => path.replace(/^.*\/work\/model\//, "")).sort()).toEqual([
        "saved_model.pb",
        "variables/variables.data-00000-of-00001",
      ])
    })
  })

  it("has oneDNN write machine code where a variable says so, and in no vault", async () => {
    const id = "onednn-jit-dump"
    const dumping = { ONEDNN_JIT_DUMP: "1" }
    await plainly(dumping)
    const made = trial.holding("")
    expect(made.length).toBeGreaterThan(0)
    expect(made.every((path) => attributed(id, [path]))).toBe(true)
    trial.close()
    trial = startTrial()
    for (const run of [{ environment: dumping }, { fixed: dumping }]) await inVault(run)
  })

  it("has variables that a vault of its own leaves out, also those that aren't known yet", async () => {
    const folder = join(trial.home, "dumps")
    await inVault({
      environment: {
        ...{ TF_DUMP_GRAPH_PREFIX: folder, TF_DUMP_GRAPH_NAME_FILTER: "*", TF_CPP_MAX_VLOG_LEVEL: "3" },
        ...{ TF_XLA_FLAGS: "--tf_xla_auto_jit=2", XLA_FLAGS: `--xla_dump_to=${folder}` },
      },
    })
  })
})

/** Hex of the output, in a log that there may be. */
function resultOf(printed: string): string {
  const hex = /^ran: ([0-9a-f]+)$/m.exec(printed)?.[1]
  if (hex === undefined) throw new Error(printed)
  return hex
}
