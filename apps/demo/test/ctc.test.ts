import { describe, expect, it } from "vitest"
import { alphabetOf, decode } from "../src/ocr/ctc.js"
import { withWesternPunctuation } from "../src/ocr/punctuation.js"

const alphabet = ["", "a", "b", " "]

/** Steps as one row each: probabilities of blank, a, b and space. */
function decoded(...steps: readonly (readonly number[])[]) {
  const { text, confidence } = decode(Float32Array.from(steps.flat()), alphabet)
  return { text, confidence: Number(confidence.toFixed(4)) }
}
const blank = [1, 0, 0, 0]
const a = [0.1, 0.9, 0, 0]
const b = [0.3, 0, 0.7, 0]

describe("decode", () => {
  it("merges repeats, drops blanks and keeps doubles that a blank parts", () => {
    expect(decoded(blank, a, a, blank, a, b, blank).text).toBe("aab")
  })

  it("means the characters' probabilities, each by its first step", () => {
    expect(decoded(a, blank, b)).toEqual({ text: "ab", confidence: 0.8 })
  })

  it("is empty, and not sure at all, of nothing", () => {
    expect(decoded(blank, blank)).toEqual({ text: "", confidence: 0 })
    expect(decoded()).toEqual({ text: "", confidence: 0 })
  })

  it("puts a space where its probability is spread over a gap", () => {
    expect(decoded(a, [0.85, 0, 0, 0.15], [0.9, 0, 0, 0.1], b).text).toBe("a b")
    expect(decoded(a, [0.95, 0, 0, 0.05], [0.95, 0, 0, 0.05], b).text).toBe("ab")
  })

  it("puts one where it wins, and only one", () => {
    expect(decoded(a, [0, 0, 0, 1], blank, [0, 0, 0, 1], a).text).toBe("a a")
  })

  it("puts none at the ends", () => {
    expect(decoded([0, 0, 0, 1], a, [0, 0, 0, 1])).toEqual({ text: "a", confidence: 0.9 })
  })
})

describe("alphabetOf", () => {
  it("adds the blank and the space, whatever ends the lines", () => {
    for (const file of ["a\nb", "a\nb\n", "a\r\nb\r\n"]) expect(alphabetOf(file)).toEqual(alphabet)
  })
})

describe("withWesternPunctuation", () => {
  it("makes ASCII of full-width forms in Western lines only", () => {
    expect(withWesternPunctuation("Lane，Porto：（5％）！")).toBe("Lane,Porto:(5%)!")
    expect(withWesternPunctuation("你好，世界！")).toBe("你好，世界！")
    expect(withWesternPunctuation("naïve – €5")).toBe("naïve – €5")
  })
})
