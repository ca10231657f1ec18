import { describe, expect, it } from "vitest"
import { bytes, type ExternalTensor, externalTensor, int, varint } from "../../../../core/test/import-messages.js"
import { floats, graph, initializer, refusal } from "./messages.js"

describe("a tensor", () => {
  it.each([
    ["of negative size", initializer(int(1, -4), int(2, 1), bytes(9, floats)), "negative"],
    ["of impossible size", initializer(int(1, 2 ** 30), int(1, 2 ** 30), int(2, 1), bytes(9, floats)), "2^53"],
    ["of a size above 2^53", initializer(int(1, 2n ** 62n), int(2, 1), bytes(9, floats)), "2^53"],
    [
      "of 33 dimensions",
      initializer(bytes(1, ...new Array(33).fill(varint(1))), int(2, 1), bytes(9, floats)),
      "32 dimensions",
    ],
    ["of a million dimensions", initializer(bytes(1, new Uint8Array(1_000_000)), int(2, 1)), "32 dimensions"],
    ["with fewer bytes than its shape says", initializer(int(1, 5), int(2, 1), bytes(9, floats)), "fewer bytes"],
    ["with more bytes than its shape says", initializer(int(1, 3), int(2, 1), bytes(9, floats)), "more or fewer bytes"],
    ["with no bytes", initializer(int(1, 4), int(2, 1)), "fewer bytes"],
    ["with a terabyte that isn't there", initializer(int(1, 2 ** 40), int(2, 6), int(5, 1)), "fewer elements"],
    [
      "with fewer elements than its shape says",
      initializer(int(1, 2), int(2, 7), bytes(7, varint(1))),
      "fewer elements",
    ],
    ["with fewer, longer elements", initializer(int(1, 2), int(2, 7), bytes(7, varint(-1))), "cut off"],
    [
      "with more elements than its shape says",
      initializer(int(1, 1), int(2, 7), bytes(7, varint(1), varint(2))),
      "more elements",
    ],
    ["whose elements are cut off", initializer(int(1, 1), int(2, 6), bytes(5, Uint8Array.of(0x80))), "cut off"],
    [
      "whose elements are too long",
      initializer(int(1, 1), int(2, 6), bytes(5, new Uint8Array(12).fill(0x80))),
      "cut off",
    ],
    ["whose elements aren't of its type", initializer(int(1, 1), int(2, 2), int(5, 256)), "no number of its type"],
    ["whose unsigned elements are negative", initializer(int(1, 1), int(2, 4), int(5, -1)), "no number of its type"],
    ["whose elements are in another type's field", initializer(int(1, 1), int(2, 1), int(5, 1)), "fewer bytes"],
    ["with its data twice", initializer(int(1, 4), int(2, 1), bytes(9, floats), bytes(4, floats)), "two ways"],
    ["of no type", initializer(int(1, 4), bytes(9, floats)), "no type"],
    ["of a type that isn't one", initializer(int(1, 4), int(2, 99), bytes(9, floats)), "doesn't have"],
    ["of a type above 2^53", initializer(int(1, 4), int(2, 2n ** 62n), bytes(9, floats)), "doesn't have"],
    ["of strings, as bytes", initializer(int(1, 4), int(2, 8), bytes(9, floats)), "strings"],
    ["with too few strings", initializer(int(1, 4), int(2, 8), bytes(6, "secret-s")), "strings"],
    ["with strings that aren't texts", initializer(int(1, 1), int(2, 8), bytes(6, Uint8Array.of(0xff))), "UTF-8"],
    ["in segments", initializer(int(1, 4), int(2, 1), bytes(9, floats), bytes(3, int(1, 0), int(2, 4))), "a piece"],
  ])("%s", (_what, content, words) => {
    expect(refusal(content)).toContain(words)
  })

  it.each([
    ["without a location", { location: "" }, "in which"],
    ["with an offset that isn't a number", { location: "secret", offset: "1e3" }, "isn't a number"],
    ["with a negative offset", { location: "secret", offset: -1 }, "isn't a number"],
    ["with an impossible offset", { location: "secret", offset: "99999999999999999999" }, "isn't a number"],
    ["that ends above 2^53", { location: "secret", offset: 2 ** 53 - 1, length: 16 }, "2^53"],
    ["with less data than elements", { location: "secret", length: 15 }, "shorter"],
    ["of strings", { location: "secret", type: 8 }, "strings"],
  ] as [string, ExternalTensor, string][])("in another file %s", (_what, given, words) => {
    expect(refusal(graph(bytes(5, externalTensor("secret-w", given))))).toContain(words)
  })
})
