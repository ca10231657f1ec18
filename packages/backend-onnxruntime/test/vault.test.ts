import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { createPublisher } from "@strongroom/testkit"
import { openVault } from "@strongroom/vault"
import * as ort from "onnxruntime-node"
import { afterAll, beforeAll, expect, it } from "vitest"
import { byTheEngineAlone, ocrModel, outputBytes } from "./ocr-model.js"

const publisher = await createPublisher()

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
})
afterAll(() => rm(folder, { recursive: true }))

it("a trained model in a vault gives what onnxruntime-node gives, bit for bit, run after run", async () => {
  const model = await ocrModel("recognition")
  const { bytes, identity, keys } = await publisher.ship(model.toSeal)
  const file = join(folder, "model.key")
  await writeFile(file, identity)
  const expected = await byTheEngineAlone(model)

  const vault = await openVault({ backend: onnxruntime() })
  try {
    const session = await vault.load(bytes, { grant: keys.grant, identity: { file }, trust: keys.trust })
    for (let run = 0; run < 3; run++) {
      const found = await session.run(model.inputs)
      expect(Object.values(found).map(({ shape }) => shape)).toEqual(expected.shapes)
      expect(outputBytes(found).equals(expected.bytes)).toBe(true)
    }
    expect(new Set(new Float32Array(Uint8Array.from(expected.bytes).buffer)).size).toBeGreaterThan(1000)
    expect(vault.report().backend).toMatchObject({
      name: "onnxruntime",
      engine: "onnxruntime",
      version: ort.env.versions.node,
    })
  } finally {
    await vault.close()
  }
})
