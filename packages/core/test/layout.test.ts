import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { layoutOf, padme, placeParts, segmentLength } from "../src/format/layout.js"

describe("padme", () => {
  // e = floor(log2 l), s = floor(log2 e) + 1, up to a multiple of 2^(e - s); worked by hand.
  it.each([
    [6, 6],
    [7, 7],
    [8, 8],
    [9, 10],
    [15, 16],
    [16, 16],
    [17, 18],
    [127, 128],
    [128, 128],
    [129, 144],
    [1000, 1024],
    [1025, 1088],
    [2 ** 20, 2 ** 20],
    [2 ** 20 + 1, 2 ** 20 + 2 ** 15],
    [2 ** 44 - 1, 2 ** 44],
    [2 ** 44, 2 ** 44],
  ])("takes %i to %i", (length, padded) => {
    expect(padme(length)).toBe(padded)
  })

  it("adds at most 12 %, never shrinks, and stays where it is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 2 ** 44 }), (length) => {
        const padded = padme(length)
        expect(padded).toBeGreaterThanOrEqual(length)
        expect(padded / length).toBeLessThan(1.13)
        expect(padme(padded)).toBe(padded)
      }),
    )
  })
})

describe("placeParts", () => {
  it("begins small parts at multiples of 64, and those of a segment or more at a segment's start", () => {
    expect(placeParts(100, [1, 0, 4095, 4096, 4097, 1], 4096)).toEqual({
      offsets: [128, 192, 192, 8192, 12288, 16448],
      end: 16449,
    })
  })

  it.each([
    [59, 64],
    [60, 64],
    [61, 128],
  ])("begins the first part after a manifest of %i bytes at %i", (manifestLength, offset) => {
    expect(placeParts(manifestLength, [1], 4096).offsets).toEqual([offset])
  })

  it("ends with the manifest when there are no parts", () => {
    expect(placeParts(100, [], 4096)).toEqual({ offsets: [], end: 104 })
  })
})

describe("layoutOf", () => {
  it.each([
    [4095, 1, [4095]],
    [4096, 1, [4096]],
    [4097, 2, [4096, 1]],
    [8192, 2, [4096, 4096]],
  ])("cuts a payload of %i bytes into %i segments", (payloadLength, segments, lengths) => {
    const layout = layoutOf(500, 4096, payloadLength)
    expect(layout.segments).toBe(segments)
    expect(lengths.map((_, i) => segmentLength(layout, i))).toEqual(lengths)
    expect(layout.tablesOffset).toBe(576)
    expect(layout.tablesLength).toBe(48 * segments)
    expect(layout.fileLength).toBe(4096 + payloadLength)
  })

  it.each([
    [4096 - 76 - 48 - 1, 4096],
    [4096 - 76 - 48, 4096],
    [4096 - 76 - 48 + 1, 8192],
  ])("begins the payload after a header of %i bytes at %i", (documentLength, offset) => {
    expect(layoutOf(documentLength, 4096, 6).payloadOffset).toBe(offset)
  })
})
