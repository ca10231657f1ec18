import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { createNetworkRunner, floats, graph, integers, node, runSession, tensor } from "./network-runner.js"

const why = missingDriver("pocl")

describe.skipIf(why)(`Pictures${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())
  const row = tensor("float32", [1, 1, 1, 4], [1, 2, 3, 4])

  it("The first versions had scales as attributes, and then as the second input.", async () => {
    const scales = { kind: "floats", value: [1, 1, 1, 2] } as const
    const upsample = { ...node("Upsample", ["x"], ["y"]), attributes: new Map([["scales", scales]]) }
    const session = await runner.open(graph([upsample], ["x"], ["y"]), 7)
    const { y } = await runSession(session, { x: row }, ["y"])
    expect(y?.elements).toEqual([1, 1, 2, 2, 3, 3, 4, 4])
    await session.close()
    const [linear] = await runner.node("Upsample", 9, [row, floats(1, 1, 1, 2)], { mode: "linear" })
    expect(linear?.elements).toEqual([1, 1.5, 2, 2.5, 3, 3.5, 4, 4])
    const [less] = await runner.node("Resize", 10, [row, floats(1, 1, 1, 0.5)])
    expect(less?.elements).toEqual([1, 3])
  })

  it("Axes may be named, in any order and from the end.", async () => {
    const x = tensor("float32", [1, 1, 2, 2], [1, 2, 3, 4])
    const [y] = await runner.node("Resize", 18, [x, undefined, floats(1.5, 1)], { axes: [-1, 2] })
    expect(y).toEqual(tensor("float32", [1, 1, 2, 3], [1, 1, 2, 3, 3, 4]))
  })

  it("Integers are interpolated as floats.", async () => {
    const x = tensor("uint8", [1, 1, 1, 2], [0, 200])
    const [y] = await runner.node("Resize", 13, [x, undefined, floats(1, 1, 1, 2)], { mode: "linear" })
    expect(y?.elements).toEqual([0, 50, 150, 200])
  })

  it("Sizes that can't be are refused.", async () => {
    const to = (...sizes: number[]) => runner.node("Resize", 13, [row, undefined, undefined, integers(...sizes)])
    await expect(to(1, 1, 1)).rejects.toThrow("fit")
    await expect(to(1, 1, 1, -1)).rejects.toThrow("negative")
    await expect(to(1, 1, 1, 2 ** 30)).rejects.toMatchObject({ code: "out-of-memory" })
    const nothing = tensor("float32", [1, 1, 0, 4], [])
    await expect(runner.node("Resize", 13, [nothing, undefined, undefined, integers(1, 1, 2, 4)])).rejects.toThrow()
    expect((await to(1, 1, 0, 4))[0]?.elements).toEqual([])
  })

  it("Places far outside, or nowhere, read nothing but the picture.", async () => {
    const x = tensor("float32", [1, 1, 1, 2], [1, 2])
    const far = [1e30, 0, -1e30, 0, Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, 0]
    for (const mode of ["nearest", "bilinear", "bicubic"]) {
      for (const padding_mode of ["zeros", "border", "reflection"]) {
        const [y] = await runner.node("GridSample", 16, [x, tensor("float32", [1, 1, 4, 2], far)], {
          mode,
          padding_mode,
        })
        const [right, left] = y?.elements ?? []
        if (padding_mode === "zeros") expect([right, left]).toEqual([0, 0])
        if (padding_mode === "border") expect([right, left]).toEqual([2, 1])
        // A cubic goes a little beyond what it is between.
        for (const value of y?.elements ?? []) expect(Math.abs(Number(value) - 1)).toBeLessThan(2)
      }
    }
  })

  it("Regions of images that aren't there are read from those that are, and endless ones end.", async () => {
    const x = tensor("float32", [1, 1, 2, 2], [1, 1, 1, 1])
    const regions = tensor("float32", [2, 4], [0, 0, 2, 2, -1e30, 0, 1e30, 1])
    const attributes = { output_height: 1, output_width: 1 }
    const [y] = await runner.node("RoiAlign", 10, [x, regions, integers(9_000_000_000, -5)], attributes)
    expect(y?.elements).toEqual([1, 0])
    await expect(
      runner.node("RoiAlign", 10, [x, regions, integers(0, 0)], { sampling_ratio: 2 ** 31 }),
    ).rejects.toThrow("sampling ratio")
  })
})
