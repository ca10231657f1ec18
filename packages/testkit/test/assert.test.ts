import nodeAssert from "node:assert/strict"
import { StrongroomError, tensor } from "@strongroom/core"
import { describe, expect, it } from "vitest"
import * as assert from "../src/assert.js"

const error = new Error("one")

/** Pairs that are equal, and pairs that aren't. */
const values: readonly (readonly [string, unknown, unknown])[] = [
  ["numbers", 1, 1],
  ["other numbers", 1, 2],
  ["zeros of two signs", 0, -0],
  ["NaNs", Number.NaN, Number.NaN],
  ["a number and its text", 1, "1"],
  ["null and undefined", null, undefined],
  ["bigints", 2n ** 60n, 2n ** 60n],
  ["tensors", { y: tensor("float32", [2], [1, 2]) }, { y: tensor("float32", [2], [1, 2]) }],
  ["tensors of other shapes", tensor("float32", [2, 1], [1, 2]), tensor("float32", [1, 2], [1, 2])],
  ["tensors of other types", tensor("float32", [1], [1]), tensor("int32", [1], [1])],
  ["tensors that differ at the end", tensor("float32", [3], [1, 2, 3]), tensor("float32", [3], [1, 2, 4])],
  ["tensors with zeros of two signs", tensor("float32", [1], [0]), tensor("float32", [1], [-0])],
  ["tensors of int64", tensor("int64", [1], [2n ** 53n + 1n]), tensor("int64", [1], [2n ** 53n])],
  ["an output too many", { y: [1] }, { y: [1], z: [2] }],
  ["an output too few", { y: [1], z: [2] }, { y: [1] }],
  ["a member that is undefined, and none", { y: undefined }, { z: undefined }],
  ["lists", [1, [2, "three"]], [1, [2, "three"]]],
  ["a longer list", [1, 2], [1, 2, 3]],
  ["a list and what is like one", [1], { 0: 1 }],
  ["an array and a typed one", [1], Float32Array.of(1)],
  ["typed arrays of one width", Uint8Array.of(1), Int8Array.of(1)],
  ["views in the middle of buffers", Uint8Array.of(9, 1, 2).subarray(1), Uint8Array.of(1, 2)],
  ["one error", { reason: error }, { reason: error }],
  ["objects with and without a prototype", { y: 1 }, Object.assign(Object.create(null), { y: 1 })],
]

const outcome = (check: () => void) => {
  try {
    check()
    return "holds"
  } catch {
    return "fails"
  }
}

describe("assertions, which pages have not", () => {
  it.each(values)("agree with node:assert/strict on %s", (_, one, other) => {
    for (const [actual, expected] of [
      [one, other],
      [other, one],
    ]) {
      expect(outcome(() => assert.equal(actual, expected))).toBe(outcome(() => nodeAssert.equal(actual, expected)))
      expect(outcome(() => assert.deepStrictEqual(actual, expected))).toBe(
        outcome(() => nodeAssert.deepStrictEqual(actual, expected)),
      )
    }
  })

  it("take two errors of one message for two", () => {
    expect(outcome(() => assert.deepStrictEqual(new Error("one"), new Error("one")))).toBe("fails")
  })

  it("say what was expected and what came, so that a runner shows how they differ", () => {
    const actual = tensor("float32", [2], [1, -0])
    const expected = tensor("float32", [2], [1, 2])
    const failure = () => assert.deepStrictEqual(actual, expected)
    expect(failure).toThrow(expect.objectContaining({ name: "AssertionError", actual, expected }))
    expect(failure).toThrow('Expected {"type":"float32","shape":[2],"data":{"Float32Array":[1,2]}}, not')
    expect(failure).toThrow('{"Float32Array":[1,"-0"]}')
    expect(() => assert.equal(1n, 2n, "Not so.")).toThrow("Not so.")
  })

  it("demand rejections, by what they are rejected with", async () => {
    const code = (wanted: string) => (reason: unknown) => StrongroomError.is(reason) && reason.code === wanted
    const rejected = () => Promise.reject(new StrongroomError("backend-failed", "It failed."))
    await assert.rejects(rejected())
    await assert.rejects(rejected(), code("backend-failed"))
    await expect(assert.rejects(rejected(), code("model-declined"))).rejects.toThrow("Rejected with another error")
    await expect(assert.rejects(Promise.resolve(1))).rejects.toThrow("it was fulfilled")
  })

  it.each<[string, () => void]>([
    ["ok", () => assert.ok(0)],
    ["fail", () => assert.fail("No.")],
    ["notEqual", () => assert.notEqual("", "")],
    ["match", () => assert.match("b", /a/)],
  ])("%s can fail", (_, check) => expect(check).toThrow(assert.AssertionError))

  it("pass what holds", () => {
    assert.ok(1)
    assert.notEqual("", " ")
    assert.match("a", /a/)
  })
})
