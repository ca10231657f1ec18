import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { utf8 } from "../src/bytes.js"
import { parseStrictJson } from "../src/json.js"

const nested = (depth: number) => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`

describe("parseStrictJson", () => {
  it.each([
    ["{}", {}],
    [' \t\r\n{ "a" : [ 1 , -2 , 0 ] } \n', { a: [1, -2, 0] }],
    ['{"a":true,"b":false,"c":null,"d":{"e":[]}}', { a: true, b: false, c: null, d: { e: [] } }],
    ['{"\\u0061":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00é😀"}', { a: '"\\/\b\f\n\r\té😀é😀' }],
    ['{"a":9007199254740991,"b":-9007199254740991}', { a: 9007199254740991, b: -9007199254740991 }],
    ['{"a":"\\u0000\\ufeff"}', { a: "\u0000\ufeff" }],
    ['{"toString":1,"constructor":2}', { toString: 1, constructor: 2 }],
  ])("reads %s", (text, value) => {
    expect(JSON.parse(JSON.stringify(parseStrictJson(utf8(text))))).toEqual(value)
  })

  it.each([
    ["an empty text", ""],
    ["an array at the top", "[]"],
    ["a string at the top", '"a"'],
    ["something after", "{}x"],
    ["two objects", "{}{}"],
    ["a trailing comma in an object", '{"a":1,}'],
    ["a trailing comma in an array", '{"a":[1,]}'],
    ["a comma missing", '{"a":1 "b":2}'],
    ["a colon missing", '{"a" 1}'],
    ["a value missing", '{"a":}'],
    ["a name without quotes", "{a:1}"],
    ["single quotes", "{'a':1}"],
    ["a comment", "{/**/}"],
    ["an object cut short", '{"a":1'],
    ["an array cut short", '{"a":[1'],
    ["a string cut short", '{"a":"b'],
    ["an escape cut short", '{"a":"\\u12'],
    ["an unknown escape", '{"a":"\\x41"}'],
    ["an escape named like a method", '{"a":"\\constructor"}'],
    ["an escape with other digits", '{"a":"\\u00g0"}'],
    ["a control character", '{"a":"\n"}'],
    ["one member twice", '{"a":1,"a":1}'],
    ["one member twice, once escaped", '{"a":1,"\\u0061":1}'],
    ["one member twice, deep down", '{"a":[{"b":{"c":1,"c":2}}]}'],
    ["__proto__ twice", '{"__proto__":1,"__proto__":2}'],
    ["a high surrogate alone", '{"a":"\\ud800"}'],
    ["a low surrogate alone", '{"a":"\\udc00"}'],
    ["surrogates the wrong way round", '{"\\udc00\\ud800":1}'],
    ["a fraction", '{"a":1.0}'],
    ["an exponent", '{"a":1e2}'],
    ["a leading zero", '{"a":01}'],
    ["a negative zero", '{"a":-0}'],
    ["a plus", '{"a":+1}'],
    ["a minus alone", '{"a":-}'],
    ["2^53", '{"a":9007199254740992}'],
    ["-2^53", '{"a":-9007199254740992}'],
    ["1 and many zeros", `{"a":1${"0".repeat(400)}}`],
    ["NaN", '{"a":NaN}'],
    ["a word that begins like true", '{"a":truth}'],
    ["a no-break space", "\u00a0{}"],
    ["a byte-order mark", "\ufeff{}"],
    ["a nesting of 17", nested(17)],
  ])("refuses %s", (_, text) => {
    expect(() => parseStrictJson(utf8(text))).toThrow(SyntaxError)
  })

  it.each([15, 16])("reads a nesting of %i", (depth) => {
    expect(() => parseStrictJson(utf8(nested(depth)))).not.toThrow()
  })

  it.each([[[0xff]], [[0xc3]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]], [[0xf4, 0x90, 0x80, 0x80]]])(
    "refuses %j, which isn't UTF-8",
    (bytes) => {
      const text = [...utf8('{"a":"'), ...bytes, ...utf8('"}')]
      expect(() => parseStrictJson(Uint8Array.from(text))).toThrow(SyntaxError)
    },
  )

  it("gives objects without a prototype", () => {
    const object = parseStrictJson(utf8('{"__proto__":{"a":1}}'))
    expect(Object.getPrototypeOf(object)).toBeNull()
    expect(Object.keys(object)).toEqual(["__proto__"])
  })

  it("says where, and never what", () => {
    expect(() => parseStrictJson(utf8('{"secret":"plain\n"}'))).toThrow(
      /^a control character in a string \(at character 17\)$/,
    )
  })

  it("reads what JSON.stringify writes", () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constant(null),
        fc.boolean(),
        fc.maxSafeInteger().map((integer) => integer + 0),
        fc.string({ unit: "grapheme" }),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: "grapheme" }), tie("value"), { maxKeys: 4 }),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value, { maxKeys: 5 }), fc.constantFrom(0, 2), (object, indent) => {
        const text = JSON.stringify(object, undefined, indent)
        expect(JSON.stringify(parseStrictJson(utf8(text)))).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })

  it("never reads what JSON.parse refuses", () => {
    const characters = fc.constantFrom(...'{}[]",:\\ue0123-+.truefalsn \n\u0001')
    fc.assert(
      fc.property(fc.array(characters, { maxLength: 12 }), (inside) => {
        const text = `{"a":${inside.join("")}}`
        let value: unknown
        try {
          value = parseStrictJson(utf8(text))
        } catch {
          return
        }
        expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(text)))
      }),
      { numRuns: 2000 },
    )
  })
})
