import { describe, expect, it } from "vitest"
import { concat } from "../../../../core/src/bytes.js"
import { bytes, externalTensor, int, many, varint } from "../../../../core/test/import-messages.js"
import { readOnnxModel } from "../../../src/onnx/read-model.js"
import { floats, graph, refusal } from "./messages.js"

describe("a sparse tensor", () => {
  const values = concat(int(1, 2), int(2, 1), bytes(8, "secret-w"), bytes(9, floats.subarray(0, 8)))
  const indices = (...fields: readonly Uint8Array[]) => concat(int(2, 7), ...fields)
  const two = indices(int(1, 2), bytes(7, varint(0), varint(1)))
  const sparse = (...fields: readonly Uint8Array[]) => graph(bytes(15, ...fields))
  it.each([
    ["without values", sparse(bytes(2, two), int(3, 4)), "no values"],
    ["without indices", sparse(bytes(1, values), int(3, 4)), "no indices"],
    [
      "with an index outside of it",
      sparse(bytes(1, values), bytes(2, indices(int(1, 2), bytes(7, varint(0), varint(4)))), int(3, 4)),
      "outside",
    ],
    [
      "with a negative index",
      sparse(bytes(1, values), bytes(2, indices(int(1, 2), bytes(7, varint(0), varint(-1)))), int(3, 4)),
      "outside",
    ],
    ["with an index too few", sparse(bytes(1, values), bytes(2, indices(int(1, 1), int(7, 0))), int(3, 4)), "as many"],
    [
      "with indices of another rank",
      sparse(
        bytes(1, values),
        bytes(2, indices(int(1, 2), int(1, 1), bytes(7, varint(0), varint(1)))),
        int(3, 2),
        int(3, 2),
      ),
      "rank",
    ],
    ["that would be too large", sparse(bytes(1, values), bytes(2, two), int(3, 2 ** 40)), "made dense"],
    [
      "with values in another file",
      sparse(bytes(1, externalTensor("secret-w", { location: "secret", dims: [2] })), bytes(2, two), int(3, 4)),
      "can't be made dense",
    ],
  ])("%s", (_what, content, words) => {
    expect(refusal(content)).toContain(words)
  })

  it("as several, that would together be too large", () => {
    const large = (index: number) =>
      bytes(
        15,
        bytes(1, int(1, 2), int(2, 1), bytes(8, `w${index}`), bytes(9, floats.subarray(0, 8))),
        bytes(2, two),
        int(3, 2 ** 24),
      )
    expect(refusal(graph(many(5, large)))).toContain("made dense")
    expect(readOnnxModel(graph(many(4, large))).graph.initializers.size).toBe(4)
  })
})
