// node taps.mjs: writes taps.bin, a Gaussian of standard deviation 1 at -3 to 3, which sums to 1, as float32.
import { writeFileSync } from "node:fs"

const reach = 3
const heights = Array.from({ length: 2 * reach + 1 }, (_, index) => Math.exp(-0.5 * (index - reach) ** 2))
const sum = heights.reduce((total, height) => total + height)
const taps = Float32Array.from(heights, (height) => height / sum)
writeFileSync(new URL("taps.bin", import.meta.url), new Uint8Array(taps.buffer))
