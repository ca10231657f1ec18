import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from "@tensorflow/tfjs-core"
import type { Runtime } from "./runtime.js"

const kernels = ["BatchMatMul", "_FusedMatMul"] as const

const extended = new WeakSet<object>()

/**
 * Has an engine compute products over no elements as products over one, a zero, with whatever is fused to them. In 4.22 WebGL
 * fails, since it has no textures without pixels, and WebAssembly leaves the bias and the activation out.
 */
export function multiplyOverNothing(tf: Runtime["tf"], backendName: "webgl" | "wasm"): void {
  for (const kernelName of kernels) {
    const kernel = tf.getKernel(kernelName, backendName)
    if (kernel === undefined || extended.has(kernel)) continue
    const complete: typeof kernel = {
      ...kernel,
      kernelFunc(given) {
        const shapes = overOne(given.inputs, given.attrs ?? {})
        if (shapes === undefined) return kernel.kernelFunc(given)
        const [a, b] = shapes.map(({ shape, dtype }) => tf.zeros(shape, dtype))
        const inputs = { ...given.inputs, a, b } as NamedTensorInfoMap
        const product = kernel.kernelFunc({ ...given, inputs, attrs: { ...given.attrs, ...asTheyAre } })
        tf.dispose([a, b])
        return product
      },
    }
    tf.unregisterKernel(kernelName, backendName)
    tf.registerKernel(complete)
    extended.add(complete)
  }
}

const asTheyAre = { transposeA: false, transposeB: false }

type Matrices = Pick<TensorInfo, "shape" | "dtype">

/** Matrices with one element more where there is none to add up. `undefined` for all other products. */
function overOne({ a, b }: NamedTensorInfoMap, { transposeA, transposeB }: NamedAttrMap): Matrices[] | undefined {
  const [left, right] = [a, b] as [TensorInfo, TensorInfo]
  const [rows, inner] = transposeA ? lastTwo(left).reverse() : lastTwo(left)
  const [other, columns] = transposeB ? lastTwo(right).reverse() : lastTwo(right)
  // Sizes that don't go together are for the kernel itself to refuse.
  if (inner !== 0 || other !== 0) return undefined
  return [
    { dtype: left.dtype, shape: [...left.shape.slice(0, -2), rows as number, 1] },
    { dtype: right.dtype, shape: [...right.shape.slice(0, -2), 1, columns as number] },
  ]
}

const lastTwo = ({ shape }: TensorInfo) => shape.slice(-2)
