import { fileURLToPath } from "node:url"
import { tensor } from "@strongroom/core"
import { importPath } from "@strongroom/core/node"
import { driver, missingDriver } from "@strongroom/test-machine"
import { describe, expect, it } from "vitest"
import { open } from "./open-bundle.js"
import { filtered } from "./plain-filter.js"

Object.assign(process.env, driver("pocl"))
const why = missingDriver("pocl")
const bundle = fileURLToPath(new URL("../example/bundle.json", import.meta.url))

/** A disc before a slope, and a line. */
function picture(height: number, width: number): Float32Array {
  return Float32Array.from({ length: height * width }, (_, index) => {
    const [y, x] = [Math.floor(index / width), index % width]
    if (Math.hypot(x - width / 3, y - height / 2) < height / 4) return 0.9
    return x === width - 2 ? 0 : 0.2 + (0.5 * x * y) / (width * height)
  })
}

describe.skipIf(why)(`the example${why ? ` (not here: ${why})` : ""}`, () => {
  it("is imported with its sources and its taps", async () => {
    await using model = await importPath(bundle)
    expect(model).toMatchObject({
      kind: "file",
      inputs: [{ name: "picture", type: "float32", shape: ["height", "width"] }],
      outputs: [
        { name: "blurred", type: "float32", shape: ["height", "width"] },
        { name: "edges", type: "float32", shape: ["height", "width"] },
      ],
    })
    expect(model.parts.map(({ role, name }) => `${role} ${name}`)).toEqual([
      ...["graph bundle.json", "file filter.cl", "file edges.cl", "weights taps.bin"],
    ])
  })

  it("gives what the same computation in JavaScript does, for pictures of any size", async () => {
    const session = await open(await importPath(bundle))
    for (const [height, width] of [
      [48, 64],
      [1, 1],
      [1, 9],
      [9, 1],
      [2, 2],
      [33, 7],
      [480, 640],
    ] as const) {
      const pixels = picture(height, width)
      const outputs = await session.run({ picture: tensor("float32", [height, width], pixels) })
      const expected = filtered(pixels, height, width)
      for (const name of ["blurred", "edges"] as const) {
        const { type, shape, data } = outputs[name] ?? expect.unreachable()
        expect({ type, shape }).toEqual({ type: "float32", shape: [height, width] })
        const differences = (data as Float32Array).map((value, at) => Math.abs(value - (expected[name][at] as number)))
        // Seven products of float32 below 1, then nine differences of them.
        expect(differences.every((difference) => difference < 1e-6)).toBe(true)
      }
      if (width > 9) expect((outputs.edges?.data as Float32Array | undefined)?.some((edge) => edge > 0.2)).toBe(true)
    }
  })

  it("refuses a picture without pixels as little as any other", async () => {
    const session = await open(await importPath(bundle))
    const { edges } = await session.run({ picture: tensor("float32", [0, 5], new Float32Array()) })
    expect(edges).toEqual(tensor("float32", [0, 5], new Float32Array()))
  })
})
