import { tfjs } from "@strongroom/backend-tfjs"
import { tensor } from "@strongroom/core"
import { missingTfjsNode, tfjsNodeFolder } from "@strongroom/test-machine"
import { describe, expect, it } from "vitest"
import type { GraphFiles } from "./graph-files.js"
import { wordTable } from "./hash-table-model.js"
import { openFiles } from "./open-model.js"
import { loadPlain, plainTensorflow, plainWasm } from "./plain.js"

const engines = [
  { engine: "wasm", plain: plainWasm, missing: undefined },
  { engine: "tfjs-node", plain: plainTensorflow, missing: missingTfjsNode() },
] as const

const open = (engine: "wasm" | "tfjs-node", files: GraphFiles) =>
  openFiles(tfjs({ engine, setupFolder: tfjsNodeFolder }), files)

const words = ["Brüssel", "none", "茶", "kettle", "Brüssel"]
const given = { "words:0": tensor("string", [5], words) }

for (const { engine, plain, missing } of engines) {
  describe.skipIf(missing)(`a graph that runs once at the start, on ${engine}`, () => {
    it.each(["captured", "shared"] as const)("fills its table, as TensorFlow.js's does: %s", async (form) => {
      const session = await open(engine, wordTable(form))
      expect(session.inputs.map(({ name }) => name)).toEqual(["words:0"])
      const found = await session.run(given)
      const here = plain()
      const reference = await loadPlain(here, wordTable(form))
      const expected = await reference.executeAsync({ "words:0": here.tf.tensor(words, [5], "string") }, ["numbers:0"])
      expect(found["numbers:0"]?.data).toEqual([expected].flat()[0]?.dataSync())
      expect(found["numbers:0"]?.data).toEqual(Int32Array.of(20, -1, 30, 10, 20))
      reference.dispose()
    })

    it("runs once: memory is the same after 1,000 runs, and none is left when it is closed", async () => {
      const { tf, backend } = plain()
      await tf.setBackend(backend)
      await (await open(engine, wordTable("captured"))).close()
      const before = tf.memory()
      const session = await open(engine, wordTable("captured"))
      await session.run(given)
      const { numTensors, numBytes } = tf.memory()
      for (let count = 0; count < 1000; count++) await session.run(given)
      expect(tf.memory()).toMatchObject({ numTensors, numBytes })
      await session.close()
      expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes })
    })

    it("with an operator that the engine lacks is declined, and one that fails is an error", async () => {
      const { json, shards } = wordTable("shared")
      const text = new TextDecoder().decode(json)
      const changed = (from: string, to: string) => ({ json: new TextEncoder().encode(text.replace(from, to)), shards })
      await expect(open(engine, changed("LookupTableImportV2", "Unheard"))).rejects.toMatchObject({
        code: "model-declined",
        message: expect.stringContaining("it has no Unheard"),
      })
      // In the initializer alone: its table is of another type than its values.
      const [main, start] = text.split('"modelInitializer"') as [string, string]
      const late = `${main}"modelInitializer"${start.replace('"value_dtype":{"type":"DT_INT32"}', '"value_dtype":{"type":"DT_FLOAT"}')}`
      await expect(open(engine, { json: new TextEncoder().encode(late), shards })).rejects.toMatchObject({
        code: "backend-failed",
      })
    })
  })
}
