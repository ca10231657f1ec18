import "@tensorflow/tfjs-backend-cpu"
import * as tf from "@tensorflow/tfjs-core"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { record } from "../src/recording/record.js"
import { replay } from "../src/recording/replay.js"
import type { Runtime } from "../src/runtime.js"

/* What is recorded of kernels that do what no kernel of TensorFlow.js's engines does in a graph here, or only some do. */

const runtime = { tf, backend: "cpu" } as Runtime
const engine = tf.engine()
const noWeights: ReadonlySet<tf.Tensor> = new Set()

const run = (kernel: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap = {}) =>
  engine.runKernel<tf.Tensor>(kernel, inputs, attrs)

const kernels: { readonly [name: string]: tf.KernelFunc } = {
  /** Elements above 0, so that the shape depends on what is in x. */
  Positive: ({ inputs: { x } }) => {
    const positive = Array.from(engine.readSync((x as tf.TensorInfo).dataId) as Float32Array).filter(
      (value) => value > 0,
    )
    return engine.makeTensor(Float32Array.from(positive), [positive.length], "float32")
  },
  /** Its input itself. */
  Same: ({ inputs: { x } }) => x as tf.TensorInfo,
  /** Beside its result it leaves two tensors. */
  Untidy: ({ inputs: { x } }) => {
    const twice = tf.add(x as tf.Tensor, x as tf.Tensor)
    const thrice = tf.add(twice, x as tf.Tensor)
    return tf.sub(thrice, twice)
  },
  /** Adds `by`, and makes it one more. */
  Counting: ({ inputs: { x }, attrs }) => {
    const by = attrs?.by as number[]
    const sum = tf.add(x as tf.Tensor, by[0] as number)
    by[0] = (by[0] as number) + 1
    return sum
  },
  /** Two results. */
  Both: ({ inputs: { x } }) => [tf.neg(x as tf.Tensor), tf.square(x as tf.Tensor)],
}

beforeAll(async () => {
  await tf.setBackend("cpu")
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    tf.registerKernel({ kernelName, kernelFunc, backendName: "cpu" })
  }
})
afterAll(() => {
  for (const kernelName of Object.keys(kernels)) tf.unregisterKernel(kernelName, "cpu")
})

beforeEach(() => engine.startScope("test"))
afterEach(() => engine.endScope())

const vector = (...values: number[]) => tf.tensor1d(values)

/** Records `compute` of one vector and repeats it with another: the elements of its results, if it can be repeated. */
function repeated(compute: (x: tf.Tensor) => tf.Tensor[], first: tf.Tensor, second: tf.Tensor) {
  const { recording } = record(runtime, { x: first }, noWeights, () => compute(first))
  if (recording === undefined) return undefined
  return replay(runtime, recording, { x: second })?.map((output) => Array.from(output.dataSync()))
}

describe("a recording", () => {
  it("gives of other inputs what the kernels make of them", () => {
    const compute = (x: tf.Tensor) => [tf.concat([tf.add(x, 1), tf.mul(x, x)])]
    expect(repeated(compute, vector(1, 2), vector(3, 4))).toEqual([[4, 5, 9, 16]])
  })

  it("has several results of a kernel, of which some are for nothing", () => {
    const compute = (x: tf.Tensor) => {
      const [negative] = engine.runKernel<tf.Tensor[]>("Both", { x })
      return [negative as tf.Tensor]
    }
    expect(repeated(compute, vector(1), vector(5))).toEqual([[-5]])
  })

  it("frees what kernels leave, and each tensor after its last use", () => {
    const x = vector(1)
    const y = vector(7)
    const compute = () => [run("Neg", { x: run("Untidy", { x: run("Untidy", { x }) }) })]
    const { outputs, recording } = record(runtime, { x }, noWeights, compute)
    if (recording === undefined) throw new TypeError("it can be repeated")
    const { numTensors } = tf.memory()
    const again = replay(runtime, recording, { x: y })
    // Its output; when it was recorded, its five others stayed until the scope's end.
    expect(tf.memory().numTensors).toBe(numTensors + 1)
    expect(again?.map((output) => output.dataSync()[0])).toEqual([-7])
    expect(outputs).toHaveLength(1)
  })

  it("makes its constants anew, whatever was written into those before, and frees them after their last use", () => {
    const compute = (x: tf.Tensor) => {
      const shape = tf.tensor1d(x.shape)
      return [tf.add(x, shape), tf.tensor1d([4, 5])]
    }
    const x = vector(1)
    const { recording } = record(runtime, { x }, noWeights, () => compute(x))
    if (recording === undefined) throw new TypeError("it can be repeated")
    for (let count = 0; count < 3; count++) {
      const { numTensors } = tf.memory()
      const outputs = replay(runtime, recording, { x })?.map((output) => output.dataSync())
      expect(outputs?.map((elements) => Array.from(elements))).toEqual([[2], [4, 5]])
      expect(tf.memory().numTensors).toBe(numTensors + 2)
      // The engine of these tests gives its own arrays.
      for (const elements of outputs ?? []) elements.fill(9)
    }
  })

  it("is given up where a kernel's result has another shape than it had", () => {
    const compute = (x: tf.Tensor) => [tf.neg(run("Positive", { x }))]
    expect(repeated(compute, vector(1, -2, 3), vector(4, -5, 6))).toEqual([[-4, -6]])
    expect(repeated(compute, vector(1, -2, 3), vector(4, 5, 6))).toBeUndefined()
  })

  it("isn't made where a kernel gives its input itself, which isn't the run's to free", () => {
    expect(repeated((x) => [run("Same", { x })], vector(1), vector(2))).toBeUndefined()
  })

  it("isn't made where a kernel changes its attributes", () => {
    expect(repeated((x) => [run("Counting", { x }, { by: [1] })], vector(1), vector(2))).toBeUndefined()
  })

  it("isn't made where elements are read that depend on inputs, and is where they don't", () => {
    const reading = (x: tf.Tensor) => [tf.fill([2], tf.sum(x).dataSync()[0] as number)]
    expect(repeated(reading, vector(1, 2), vector(3, 4))).toBeUndefined()
    const ofShape = (x: tf.Tensor) => [tf.add(x, tf.sum(tf.tensor1d(x.shape)).dataSync()[0] as number)]
    expect(repeated(ofShape, vector(1, 2), vector(3, 4))).toEqual([[5, 6]])
  })

  it("isn't made where a tensor is used that is neither an input nor a weight nor made on the way", () => {
    const other = vector(10)
    expect(repeated((x) => [tf.add(x, other)], vector(1), vector(2))).toBeUndefined()
    expect(repeated(() => [other], vector(1), vector(2))).toBeUndefined()
    const x = vector(1)
    const { recording } = record(runtime, { x }, new Set([other]), () => [tf.add(x, other)])
    expect(recording && replay(runtime, recording, { x: vector(5) })?.[0]?.dataSync()[0]).toBe(15)
  })

  it("isn't made where its constants would hold much memory", () => {
    const large = (x: tf.Tensor) => [tf.add(x, tf.tensor1d(new Float32Array(2 ** 17)))]
    const { numTensors } = tf.memory()
    const x = vector(1)
    const { outputs, recording } = record(runtime, { x }, noWeights, () => tf.tidy(() => large(x)))
    expect(recording).toBeUndefined()
    tf.dispose([x, ...outputs])
    expect(tf.memory().numTensors).toBe(numTensors)
  })

  it("of a run that fails leaves nothing, and TensorFlow.js as it was", () => {
    const { runKernel } = engine
    const { numTensors } = tf.memory()
    const x = vector(1)
    const failing = () => {
      tf.tensor1d([1, 2]).dispose()
      throw new RangeError("it failed")
    }
    expect(() => record(runtime, { x }, noWeights, failing)).toThrow("it failed")
    expect(engine.runKernel).toBe(runKernel)
    x.dispose()
    expect(tf.memory().numTensors).toBe(numTensors)
  })
})
