import type { io } from "@tensorflow/tfjs-core"

/**
 * How a weight is stored: `min` and `scale` are those of `uint8` and `uint16`. In the types of TensorFlow.js, and checked
 * here, since they come from model.json.
 */
type Quantization = NonNullable<io.WeightsManifestEntry["quantization"]>

/** Writes elements of 4 bytes to `target` for as many stored ones. */
export type Expand = (stored: Uint8Array, target: Uint8Array) => void

/**
 * How quantised elements become those of type `dtype`: bit for bit what tfjs-core 4.22 makes of them (decodeWeights in
 * src/io/io_utils.ts), which computes its tables anew for every weight, and leaves copies to the garbage collector.
 *
 * @throws TypeError for what TensorFlow.js doesn't know.
 */
export function expandOf(quantization: Quantization, dtype: string): Expand {
  const { dtype: stored, scale, min } = quantization
  if (stored === "float16" && dtype === "float32") return expandHalves
  const isKnown = (stored === "uint8" || stored === "uint16") && (dtype === "float32" || dtype === "int32")
  if (!isKnown) throw new TypeError(`Weights of type ${dtype}, stored as ${stored}, aren't known.`)
  if (typeof scale !== "number" || typeof min !== "number") throw new TypeError("Quantised weights have scale and min.")
  return (bytes, target) => {
    const steps = stored === "uint8" ? bytes : view(Uint16Array, bytes)
    if (dtype === "int32") {
      const integers = view(Int32Array, target)
      for (let index = 0; index < steps.length; index++) {
        integers[index] = Math.round((steps[index] as number) * scale + min)
      }
    } else {
      const floats = view(Float32Array, target)
      for (let index = 0; index < steps.length; index++) floats[index] = (steps[index] as number) * scale + min
    }
  }
}

/** The least float16 (IEEE 754 binary16, without its sign) that isn't subnormal, and the least that isn't finite. */
const leastNormal = 0x0400
const leastInfinite = 0x7c00

/** The difference of float32's and float16's exponent bias, in its place. Infinities and NaNs are as far from theirs again. */
const rebiased = 112 << 23

/** The bits, as float32, of every subnormal float16 without its sign, and of zero. */
const subnormals = new Uint32Array(Float32Array.from({ length: leastNormal }, (_, index) => index * 2 ** -24).buffer)

/** Whole numbers alone: several times as fast as with floats in between. */
function expandHalves(stored: Uint8Array, target: Uint8Array): void {
  const halves = view(Uint16Array, stored)
  const bits = view(Uint32Array, target)
  for (let index = 0; index < halves.length; index++) {
    const half = halves[index] as number
    const magnitude = half & 0x7fff
    let expanded = (magnitude << 13) + rebiased
    if (magnitude < leastNormal) expanded = subnormals[magnitude] as number
    else if (magnitude >= leastInfinite) expanded += rebiased
    bits[index] = ((half & 0x8000) << 16) | expanded
  }
}

interface ViewOf<T> {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T
}

function view<T>(type: ViewOf<T>, { buffer, byteOffset, byteLength }: Uint8Array): T {
  return new type(buffer, byteOffset, byteLength / type.BYTES_PER_ELEMENT)
}
