import { tfjs } from "@strongroom/backend-tfjs"
import { bytesSource, openInProcess, tensor } from "@strongroom/core"
import { createPublisher } from "@strongroom/testkit"
import type { Rank, Tensor, Tensor4D } from "@tensorflow/tfjs-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { gatherer } from "./graph-models.js"
import { importFiles } from "./open-model.js"
import { loadPlain, plainWasm } from "./plain.js"

const hidden = 1234.5
const far = Int32Array.from({ length: 20_000 }, (_, index) => 10_000 - index)
const plain = plainWasm()
const { tf } = plain

async function open() {
  const publisher = await createPublisher()
  const { bytes, keys } = await publisher.ship(await importFiles(gatherer(hidden)))
  return openInProcess(tfjs({ engine: "wasm" }), bytesSource(bytes), keys)
}

/** TensorFlow.js by itself, before the backend is there: the kernels are the same objects. */
async function gatherPlain(): Promise<Float32Array> {
  const model = await loadPlain(plain, gatherer(hidden))
  const indices = tf.tensor(far, [far.length, 1], "int32")
  const [sum, gathered] = model.execute({ indices }, ["sum:0", "gathered:0"]) as Tensor[]
  sum?.dataSync()
  const elements = gathered?.dataSync().slice() as Float32Array
  model.dispose()
  return elements
}

describe("kernels on WebAssembly", () => {
  let session: Awaited<ReturnType<typeof open>>
  let unprotected: Float32Array
  beforeAll(async () => {
    unprotected = await gatherPlain()
    session = await open()
  })
  afterAll(() => session?.close())

  it("give no weights to whoever chooses indices, as TensorFlow.js alone does", async () => {
    expect(unprotected.filter((value) => value === hidden).length).toBeGreaterThan(1000)
    const gather = (indices: Int32Array) => session.run({ "indices:0": tensor("int32", [indices.length, 1], indices) })
    expect((await gather(Int32Array.of(3, 0)))["gathered:0"]?.data).toEqual(Float32Array.of(4, 1))
    for (const indices of [far, Int32Array.of(4), Int32Array.of(0, -1), Int32Array.of(2 ** 31 - 1)]) {
      await expect(gather(indices)).rejects.toMatchObject({ code: "backend-failed" })
    }
    expect((await gather(Int32Array.of(1)))["gathered:0"]?.data).toEqual(Float32Array.of(2))
  })

  const indices = () => tf.tensor(far, [far.length, 1], "int32")
  const updates = () => tf.ones([far.length])
  const image = () => tf.ones([1, 4, 4, 1]) as Tensor4D
  const window = () => tf.ones([2, 2, 1, 1]) as Tensor4D
  const cases: Readonly<Record<string, () => Tensor>> = {
    "scatter beside the result": () => tf.scatterND(indices(), updates(), [8]),
    "update beside the tensor": () => tf.tensorScatterUpdate(tf.zeros([8]), indices(), updates()),
    "place beside the result": () => tf.sparseToDense(indices(), updates(), [8], 0),
    "cut off by pads": () => tf.pad(tf.ones([100]), [[-5000, 5000]]),
    "cut off by pads of blocks": () =>
      tf.spaceToBatchND(
        tf.ones([1, 10, 10, 1]),
        [2, 2],
        [
          [-500, 500],
          [0, 0],
        ],
      ),
    "walk an axis twice": () => tf.transpose(tf.ones([2, 3, 3000]), [2, 2, 0]),
    "make a picture of more than there is": () => tf.conv2dTranspose(image(), window(), [1, 400, 400, 1], 2, "same"),
    "make more pictures than there are": () => tf.conv2dTranspose(image(), window(), [1000, 8, 8, 1], 2, "same"),
    "make a picture of less than nothing": () => tf.conv2dTranspose(image(), window(), [1, -8, 8, 1], 2, "same"),
    "make a volume of more than there is": () =>
      tf.conv3dTranspose(
        tf.ones<Rank.R5>([1, 4, 4, 4, 1]),
        tf.ones<Rank.R5>([2, 2, 2, 1, 1]),
        [1, 100, 100, 100, 1],
        2,
        "same",
      ),
    "convolve a picture that is smaller than the window": () => tf.conv2d(image(), tf.ones([9, 9, 1, 1]), 1, "valid"),
    "convolve a picture that is one smaller than the window": () =>
      tf.conv2d(image(), tf.ones([5, 5, 1, 3]), 1, "valid"),
    "convolve each channel of such a picture": () => tf.depthwiseConv2d(image(), tf.ones([5, 5, 1, 1]), 1, "valid"),
    "pool such a picture": () => tf.maxPool(image(), 5, 1, "valid"),
    "pool a picture that is smaller than the window": () => tf.avgPool(image(), 9, 1, "valid"),
    "sum along an axis that there isn't": () => tf.cumsum(tf.ones([3000, 400]), -3),
    "repeat less than never": () => tf.tile(tf.ones([10]), [-3]),
    "resize below 0": () => tf.image.resizeNearestNeighbor(image(), [-3, -300]),
  }
  it.each(Object.entries(cases))("don't %s", async (_, run) => {
    await tf.setBackend("wasm")
    const beside = Array.from({ length: 20 }, () => tf.fill([20_000], hidden))
    for (const one of beside) one.dataSync()
    expect(run).toThrow(expect.objectContaining({ code: "backend-failed" }))
    expect(beside.every((one) => one.dataSync().every((value) => value === hidden))).toBe(true)
    tf.dispose(beside)
  })

  it("do what they did within their tensors", async () => {
    await tf.setBackend("wasm")
    const two = tf.tensor([[1], [2]], [2, 1], "int32")
    const ones = tf.ones([2])
    expect([...tf.scatterND(two, ones, [4]).dataSync()]).toEqual([0, 1, 1, 0])
    expect([...tf.tensorScatterUpdate(tf.zeros([4]), two, ones).dataSync()]).toEqual([0, 1, 1, 0])
    expect([...tf.sparseToDense(two, ones, [4], 5).dataSync()]).toEqual([5, 1, 1, 5])
    expect([...tf.sparseToDense(tf.tensor([1, 2], [2], "int32"), ones, [4], 5).dataSync()]).toEqual([5, 1, 1, 5])
    expect([...tf.gatherND(tf.tensor([[1, 2]]), tf.tensor([[0, 1]], [1, 2], "int32")).dataSync()]).toEqual([2])
    expect([...tf.gatherND(tf.tensor([[1, 2]]), tf.tensor([0], [1], "int32")).dataSync()]).toEqual([1, 2])
    expect(
      tf
        .conv2dTranspose(image(), window(), [1, 8, 8, 1], 2, "same")
        .dataSync()
        .every((one) => one === 1),
    ).toBe(true)
    expect(tf.conv2dTranspose(image(), window(), [1, 7, 8, 1], 2, "same").shape).toEqual([1, 7, 8, 1])
  })

  it("count an axis from the end, as TensorFlow does", async () => {
    await tf.setBackend("wasm")
    const x = tf.tensor([1, 2, 3, 4, 5, 6], [2, 3])
    expect([...tf.cumsum(x, -1).dataSync()]).toEqual([1, 3, 6, 4, 9, 15])
    expect([...tf.cumsum(x, 1).dataSync()]).toEqual([1, 3, 6, 4, 9, 15])
    expect([...tf.cumprod(x, -2).dataSync()]).toEqual([1, 2, 3, 4, 10, 18])
  })
})
