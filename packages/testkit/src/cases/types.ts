import { type ElementType, StrongroomError, type Tensor, tensor } from "@strongroom/core"
import { elementTypes, tensorByteLength, toTensor } from "@strongroom/core/host"
import * as assert from "../assert.js"
import { identity } from "../networks.js"
import type { ConformanceCase } from "./conformance-case.js"

/** Seven elements: odd, so that a 4-bit type ends within a byte. */
const shape = [7]
const texts = ["", "plain", "Grüße, 世界 🔒", "tab\t", " ", "\n", "last"]

/** One for each element type: what goes in comes out, bit for bit. */
export const typeCases: readonly ConformanceCase[] = [...elementTypes.map(elementCase), textCase()]

function elementCase(type: ElementType): ConformanceCase {
  return {
    id: `types/${type}`,
    title: `an identity of ${type} keeps every bit`,
    needs: ({ types }) => types.includes(type),
    run: (bench) =>
      bench.using(identity(type, shape), async (session) => {
        const x = sample(type)
        assert.deepStrictEqual(await session.run({ x }), { y: x })
      }),
  }
}

function textCase(): ConformanceCase {
  return {
    id: "types/string",
    title: "an identity of strings keeps every character, or refuses what the engine can't hold",
    needs: ({ types }) => types.includes("string"),
    run: (bench) =>
      bench.using(identity("string", ["count"]), async (session) => {
        const x = tensor("string", shape, texts)
        assert.deepStrictEqual(await session.run({ x }), { y: x })
        // C ends a string there: many engines do, and then have to say so.
        const cut = tensor("string", [1], ["a\u0000b"])
        const result = await session.run({ x: cut }).catch((error: unknown) => error)
        if (!StrongroomError.is(result)) assert.deepStrictEqual(result, { y: cut })
      }),
  }
}

function sample(type: ElementType): Tensor {
  const data = new Uint8Array(tensorByteLength(type, shape))
  if (type === "bool") data.set([1, 0, 1, 1, 0, 0, 1])
  else if (type === "int4" || type === "uint4") data.set([0x10, 0x87, 0xf9, 0x0a])
  else data.set(bits(type, data.byteLength / 7))
  return toTensor({ type, shape, data })
}

/** Elements that differ in every byte, with the extremes; of floats no NaN, since engines may choose another. */
function bits(type: string, size: number): Uint8Array {
  if (type.includes("int")) {
    const bytes = Uint8Array.from({ length: 7 * size }, (_, index) => (index * 37 + 1) % 256)
    bytes.fill(0xff, 0, size)
    bytes.fill(0, size, 2 * size)
    // The least of a signed type, the greatest of both.
    bytes.set([...new Array(size - 1).fill(0), 0x80, ...new Array(size - 1).fill(0xff), 0x7f], 2 * size)
    return bytes
  }
  // Sign, exponent and fraction of 1.5, -1.5, 0, -0, the infinities, and a value with a busy fraction.
  if (type === "float64") return new Uint8Array(Float64Array.of(1.5, -1.5, 0, -0, Infinity, -Infinity, Math.PI).buffer)
  if (type === "float32") return new Uint8Array(Float32Array.of(1.5, -1.5, 0, -0, Infinity, -Infinity, Math.PI).buffer)
  const patterns =
    type === "float16"
      ? [0x3e00, 0xbe00, 0, 0x8000, 0x7c00, 0xfc00, 0x4248]
      : [0x3fc0, 0xbfc0, 0, 0x8000, 0x7f80, 0xff80, 0x4049]
  return new Uint8Array(Uint16Array.from(patterns).buffer)
}
