import { tfjs } from "@strongroom/backend-tfjs"
import { bytesSource, openSealedModel, type Tensor, tensor } from "@strongroom/core"
import type { RawTensor } from "@strongroom/core/backend"
import { heapPlaintext, loadEngine, loadSession, toRaw, toTensor } from "@strongroom/core/host"
import { missingTfjsNode, tfjsNodeFolder } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import koffi from "koffi"
import { beforeAll, describe, expect, it } from "vitest"
import type { GraphFiles } from "./graph-files.js"
import { boxPicker, convolutionalNetwork, doubler, oneOperator, seeded } from "./graph-models.js"
import { importFiles, openFiles } from "./open-model.js"
import { type PlainEngine, plainTensorflow } from "./plain.js"
import { humanModel } from "./real-models.js"

const publisher = await createPublisher()
const backend = () => tfjs({ engine: "tfjs-node", setupFolder: tfjsNodeFolder })

const ship = async (files: GraphFiles) => publisher.ship(await importFiles(files))

const open = (files: GraphFiles, engine: "tfjs-node" | "wasm" = "tfjs-node") =>
  openFiles(engine === "wasm" ? tfjs({ engine }) : backend(), files)

const image = () => tensor("float32", [2, 32, 32, 3], seeded(7, 2 * 32 * 32 * 3))

describe.skipIf(missingTfjsNode())("tfjs-node", () => {
  let tf: PlainEngine["tf"]
  beforeAll(() => {
    tf = plainTensorflow().tf
  })

  it("gives texts, and outputs whose size depends on the data, as WebAssembly does", async () => {
    const boxes = {
      "boxes:0": tensor("float32", [4, 4], [0, 0, 1, 1, 0, 0, 1, 0.9, 0, 2, 1, 3, 5, 5, 6, 6]),
      "scores:0": tensor("float32", [4], [0.5, 0.75, 0.25, 0.05]),
    }
    const outputs = await (await open(boxPicker())).run(boxes)
    expect(outputs).toEqual(await (await open(boxPicker(), "wasm")).run(boxes))
    expect(outputs["names:0"]?.data).toEqual(["kettle", "", "Brüssel", "茶"])
  })

  it.each(["tfjs-node", "wasm"] as const)("and every engine runs loops: %s", async (engine) => {
    const session = await open(doubler(), engine)
    for (const [x, y] of [
      [1, 1024],
      [3, 1536],
      [5000, 5000],
    ] as const) {
      expect((await session.run({ "x:0": tensor("float32", [], [x]) }))["y:0"]?.data).toEqual(Float32Array.of(y))
    }
  })

  it("has the same memory after 1,000 runs, and none of a model that is closed", async () => {
    const before = tf.memory()
    const session = await open(convolutionalNetwork())
    await session.run({ "image:0": image() })
    const { numTensors, numBytes, numDataBuffers } = tf.memory()
    for (let count = 0; count < 1000; count++) await session.run({ "image:0": image() })
    expect(tf.memory()).toMatchObject({ numTensors, numBytes, numDataBuffers })
    await session.close()
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes })
  })

  it("computes beside WebAssembly in one thread, each session on its own", async () => {
    const [tensorflow, wasm] = [await open(convolutionalNetwork()), await open(convolutionalNetwork(), "wasm")]
    const alone = await tensorflow.run({ "image:0": image() })
    const [left, right, again] = await Promise.all([
      tensorflow.run({ "image:0": image() }),
      wasm.run({ "image:0": image() }),
      tensorflow.run({ "image:0": image() }),
    ])
    expect(left).toEqual(alone)
    expect(again).toEqual(alone)
    expect(difference(left["probabilities:0"], right["probabilities:0"])).toBeLessThan(1e-6)
  })

  it("uses large weights where the host put them, which are zeroed when the model is closed", async () => {
    const { bytes, keys } = await ship(humanModel("emotion"))
    const open = new Set<Uint8Array>()
    const lent: Uint8Array[] = []
    const allocate = (byteLength: number) => {
      const { memory, address } = alignedMemory(byteLength)
      lent.push(memory)
      open.add(memory)
      const close = () => {
        memory.fill(0)
        open.delete(memory)
      }
      return { bytes: memory, address, close }
    }
    const engine = await loadEngine(backend(), { allocate })
    const session = await loadSession(engine, await openSealedModel(bytesSource(bytes), keys))
    const inPlace = [...open]
    expect(inPlace.length).toBeGreaterThan(3)
    expect(inPlace.every((memory) => memory.length >= 2 ** 16)).toBe(true)
    const input = { "input_1:0": toRaw(tensor("float32", [1, 64, 64, 1], seeded(3, 64 * 64))) }
    const [before] = Object.values(await session.run(input))
    // It is its only copy: what changes there changes the result.
    for (const memory of inPlace) memory.fill(0)
    const [after] = Object.values(await session.run(input))
    expect(after).not.toEqual(before)
    await session.close()
    expect(open.size).toBe(0)
    expect(lent.every((memory) => memory.every((byte) => byte === 0))).toBe(true)
    await engine.close()
  })

  it("copies weights that lie where it couldn't use them, and inputs, which it doesn't keep", async () => {
    const { bytes, keys } = await ship(convolutionalNetwork())
    const lent: Uint8Array[] = []
    const allocate = (byteLength: number) => {
      const plaintext = heapPlaintext(byteLength)
      lent.push(plaintext.bytes)
      return plaintext
    }
    const engine = await loadEngine(backend(), { allocate })
    const session = await loadSession(engine, await openSealedModel(bytesSource(bytes), keys))
    expect(lent.every((memory) => memory.every((byte) => byte === 0))).toBe(true)
    const outputs = await session.run({ "image:0": toRaw(image()) })
    const plain = await open(convolutionalNetwork())
    const expected = await plain.run({ "image:0": image() })
    expect(toTensor(outputs["probabilities:0"] as RawTensor)).toEqual(expected["probabilities:0"])
    await engine.close()
  })

  it.each(["Acos2", "LowerBound", "ImageProjectiveTransformV3"])(
    "declines %s, for which it has no kernel",
    async (op) => {
      await expect(open(oneOperator(op))).rejects.toMatchObject({
        code: "model-declined",
        message: expect.stringContaining(`it has no ${op} on TensorFlow`),
      })
    },
  )
})

/** Memory outside of JavaScript's, that begins at a multiple of 64. It is never freed. */
function alignedMemory(byteLength: number): { memory: Uint8Array; address: bigint } {
  const block = koffi.alloc("uint8_t", byteLength + 64)
  const start = koffi.address(block)
  const offset = Number((64n - (start % 64n)) % 64n)
  return {
    memory: new Uint8Array(koffi.view(block, byteLength + 64), offset, byteLength),
    address: start + BigInt(offset),
  }
}

function difference(left: Tensor | undefined, right: Tensor | undefined): number {
  const other = right?.data as Float32Array
  return Math.max(
    ...Array.from(left?.data as Float32Array, (value, index) => Math.abs(value - (other[index] ?? Number.NaN))),
  )
}
