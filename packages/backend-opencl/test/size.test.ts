import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Known, parseSize } from "../src/bundle/size.js"

const known: Known = {
  inputs: { x: [3, 4], "a b": [7], scalar: [], empty: [0, 5] },
  sizes: new Map([
    ["n", 5],
    ["min", 2],
    ["constructor", 6],
  ]),
}
const scope = {
  ranks: new Map(Object.entries(known.inputs).map(([name, shape]) => [name, shape.length])),
  names: new Set(known.sizes.keys()),
}
const evaluate = (value: unknown) => parseSize(value, scope, "here")(known)

const wrong = (problem: RegExp) =>
  expect.objectContaining({
    code: "backend-failed",
    message: expect.stringMatching(
      new RegExp(`^The OpenCL bundle's description is wrong at here: .*${problem.source}.*\\.$`),
    ),
  })

describe("a size", () => {
  it.each([
    [0, 0],
    [7, 7],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ["7", 7],
    ["007", 7],
    ["  1 +\n\t2  ", 3],
    ["2 + 3 * 4", 14],
    ["(2 + 3) * 4", 20],
    ["20 - 3 - 4", 13],
    ["100 / 5 / 3", 6],
    ["7 / 2 * 2", 6],
    ["(1 - 8) / 2 + 10", 6],
    ["(1 - 8) % 4 + 10", 7],
    ["17 % 5", 2],
    ["ceilDiv(7, 2)", 4],
    ["ceilDiv(8, 2)", 4],
    ["roundUp(5, 4)", 8],
    ["roundUp(8, 4)", 8],
    ["roundUp(0, 4)", 0],
    ["min(3, 2)", 2],
    ["max(3, min(4, 5))", 4],
    ["n", 5],
    ["n * n", 25],
    ["count('x')", 12],
    ["count('scalar')", 1],
    ["count('empty')", 0],
    ["dim('x', 1)", 4],
    ["dim( 'a b' , 0 ) + 1", 8],
    // Names are of sizes, unless a parenthesis follows.
    ["min", 2],
    ["min(min, 1)", 1],
    ["constructor", 6],
  ])("%j is %d", (value, expected) => {
    expect(evaluate(value)).toBe(expected)
  })

  it.each([[-1], [1.5], [2 ** 53], [Number.NaN], [Number.POSITIVE_INFINITY]])("%d isn't one", (value) => {
    expect(() => evaluate(value)).toThrow(wrong(/an integer from 0/))
  })

  it.each([[undefined], [null], [true], [[]], [{}], [3n]])("%s isn't one", (value) => {
    expect(() => evaluate(value)).toThrow(wrong(/a number or an expression/))
  })

  it.each([
    ["", 1],
    [" ", 1],
    ["1 +", 3],
    ["* 1", 1],
    ["-1", 1],
    ["1 2", 2],
    ["(1", 3],
    ["1)", 2],
    ["()", 2],
    ["min(1)", 4],
    ["min(1, 2, 3)", 6],
    ["min(, 2)", 3],
    ["1 ** 2", 3],
    ["1 << 2", 2],
    ["1.5", 2],
    ["0x10", 2],
    ["n;", 2],
    ["'x'", 1],
    ["'x", 1],
    ["'x' + 1", 1],
    ["count('x', 0)", 4],
    ["dim('x', 0, 0)", 6],
    ["n[0]", 2],
    ["größe", 2],
    ["n\u0000", 2],
  ])("%j can't be read from its word %d on", (text, word) => {
    expect(() => parseSize(text, scope, "here")).toThrow(wrong(new RegExp(`can't be read from its word ${word} on`)))
  })

  it.each([["m"], ["N"], ["toString"], ["__proto__"], ["hasOwnProperty"], ["this"], ["x"], ["count"]])(
    "%s names none",
    (name) => {
      expect(() => parseSize(name, scope, "here")).toThrow(wrong(/a name that is no size/))
    },
  )

  it.each([["toString"], ["__proto__"], ["constructor"], ["valueOf"], ["pow"], ["eval"], ["n"]])(
    "%s() is no function",
    (name) => {
      expect(() => parseSize(`${name}(1, 2)`, scope, "here")).toThrow(wrong(/a function that isn't known/))
    },
  )

  it.each([
    ["count('y')"],
    ["count('__proto__')"],
    ["count('constructor')"],
    ["count(x)"],
    ["count()"],
    ["dim('', 0)"],
  ])("%s names no input", (text) => {
    expect(() => parseSize(text, scope, "here")).toThrow(wrong(/names no input/))
  })

  it.each([
    ["dim('x')"],
    ["dim('x', 2)"],
    ["dim('x', n)"],
    ["dim('x', 0 - 1)"],
    ["dim('scalar', 0)"],
    ["dim('x', 99999999999999999999)"],
  ])("%s names no dimension", (text) => {
    expect(() => parseSize(text, scope, "here")).toThrow(wrong(/no such dimension|can't be read/))
  })

  it("of inputs and dimensions that JavaScript has names for is theirs", () => {
    const inputs = Object.fromEntries([
      ["__proto__", [2, 3]],
      ["constructor", [4]],
    ])
    const ranks = new Map([
      ["__proto__", 2],
      ["constructor", 1],
    ])
    const names = new Set(["__proto__"])
    const size = parseSize("count('__proto__') + dim('constructor', 0) + __proto__", { ranks, names }, "here")
    expect(size({ inputs, sizes: new Map([["__proto__", 5]]) })).toBe(15)
  })

  it("can be below zero on the way, not in the end", () => {
    expect(evaluate("(n - 6) * (n - 6)")).toBe(1)
    expect(() => evaluate("n - 6")).toThrow(wrong(/for these inputs it is less than 0/))
    expect(Object.is(evaluate("(n - 6) * 0"), 0)).toBe(true)
    expect(Object.is(evaluate("(n - 6) % 1"), 0)).toBe(true)
  })

  it.each([
    ["n / 0"],
    ["n % 0"],
    ["0 / 0"],
    ["ceilDiv(n, 0)"],
    ["roundUp(n, 0)"],
    // What would be gone in the end.
    ["min(n / 0, 5)"],
    ["0 * ceilDiv(n, n - 5)"],
  ])("that divides by zero is refused: %s", (text) => {
    expect(() => evaluate(text)).toThrow(wrong(/divides by zero/))
  })

  it.each([
    ["9007199254740991 + 1"],
    ["9007199254740991 * 9007199254740991"],
    ["roundUp(9007199254740991, 2)"],
    ["9007199254740991 + 2 - 9007199254740991"],
    ["min(9007199254740991 * n, 1)"],
    ["0 - 9007199254740991 - 1 + 1"],
  ])("that a number doesn't hold exactly is refused: %s", (text) => {
    expect(() => evaluate(text)).toThrow(wrong(/an integer that a number holds exactly/))
  })

  it("that is written with more digits than a number holds is refused when it is read", () => {
    expect(() => parseSize("9007199254740993 - 9007199254740992", scope, "here")).toThrow(wrong(/holds exactly/))
  })

  it("has parentheses nested 64 deep, not 65", () => {
    const nested = (depth: number) => `${"(".repeat(depth)}1${")".repeat(depth)}`
    expect(evaluate(nested(64))).toBe(1)
    expect(() => evaluate(nested(65))).toThrow(wrong(/nested more than 64 deep/))
    const calls = (depth: number) => `${"min(2, ".repeat(depth)}1${")".repeat(depth)}`
    expect(evaluate(calls(64))).toBe(1)
    expect(() => evaluate(calls(65))).toThrow(wrong(/nested more than 64 deep/))
    // One after the other they aren't nested.
    expect(evaluate(Array(100).fill("(1)").join("+"))).toBe(100)
  })

  it("has 1000 words, not 1001", () => {
    const sum = (count: number) => Array(count).fill("1").join("+")
    expect(evaluate(`${sum(500)}`)).toBe(500)
    expect(evaluate(`0 * ${sum(499)}`)).toBe(498)
    expect(() => evaluate(sum(501))).toThrow(wrong(/more than 1000 words/))
    expect(() => evaluate(sum(1_000_000))).toThrow(wrong(/more than 1000 words/))
  })

  it("is refused without its text", () => {
    for (const text of ["secret7f3a", "secret7f3a(1, 2)", "count('secret7f3a')", "1 secret7f3a", "'secret7f3a'"]) {
      let message = ""
      try {
        evaluate(text)
      } catch (error) {
        message = (error as Error).message
      }
      expect(message).toMatch(/wrong at here/)
      expect(message).not.toMatch(/7f3a/)
    }
  })
})

/** An expression, as a text and as what it is: undefined where a step of it isn't allowed. */
interface Expression {
  readonly text: string
  readonly value: bigint | undefined
}

const largest = BigInt(Number.MAX_SAFE_INTEGER)
const allowed = (value: bigint) => (value <= largest && value >= -largest ? value : undefined)

function divide(a: bigint, b: bigint, roundsUp: boolean): bigint {
  const quotient = a / b
  if (quotient * b === a) return quotient
  const isNegative = a < 0n !== b < 0n
  return roundsUp ? (isNegative ? quotient : quotient + 1n) : isNegative ? quotient - 1n : quotient
}

const operations: Readonly<Record<string, (a: bigint, b: bigint) => bigint | undefined>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => (b === 0n ? undefined : divide(a, b, false)),
  "%": (a, b) => (b === 0n ? undefined : a % b),
  ceilDiv: (a, b) => (b === 0n ? undefined : divide(a, b, true)),
  roundUp: (a, b) => (b === 0n ? undefined : divide(a, b, true) * b),
  min: (a, b) => (a < b ? a : b),
  max: (a, b) => (a > b ? a : b),
}

function combine(name: string, a: Expression, b: Expression): Expression {
  const result = a.value === undefined || b.value === undefined ? undefined : operations[name]?.(a.value, b.value)
  const text = /^\w/.test(name) ? `${name}(${a.text}, ${b.text})` : `(${a.text} ${name} ${b.text})`
  return { text, value: result === undefined ? undefined : allowed(result) }
}

const numbers = fc
  .oneof(
    fc.maxSafeNat(),
    fc.nat(20),
    fc.nat(6).map((less) => Number.MAX_SAFE_INTEGER - less),
  )
  .map((number): Expression => ({ text: String(number), value: BigInt(number) }))
const named = fc.constantFrom<Expression>(
  { text: "n", value: 5n },
  { text: "count('x')", value: 12n },
  { text: "dim('x', 0)", value: 3n },
)
const { expressions } = fc.letrec<{ expressions: Expression }>((tie) => ({
  expressions: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    numbers,
    named,
    fc
      .tuple(fc.constantFrom(...Object.keys(operations)), tie("expressions"), tie("expressions"))
      .map(([name, a, b]) => combine(name, a, b)),
  ),
}))

function outcome(text: string): number | "refused" {
  try {
    return evaluate(text)
  } catch (error) {
    expect(error).toMatchObject({ code: "backend-failed" })
    return "refused"
  }
}

describe("any expression", () => {
  it("is what integers of any length give, or refused", () => {
    fc.assert(
      fc.property(expressions, ({ text, value }) => {
        expect(outcome(text)).toBe(value === undefined || value < 0n ? "refused" : Number(value))
      }),
      { numRuns: 3000 },
    )
  })

  it("has JavaScript's precedence", () => {
    const sign = fc.constantFrom("+", "-", "*", "%")
    fc.assert(
      fc.property(
        fc.nat(99),
        fc.array(fc.tuple(sign, fc.integer({ min: 1, max: 99 })), { maxLength: 8 }),
        (first, rest) => {
          const text = [first, ...rest.flat()].join(" ")
          // biome-ignore lint/security/noGlobalEval: numbers and operators of this test's own
          const expected = eval(text) as number
          expect(outcome(text)).toBe(expected < 0 || !Number.isSafeInteger(expected) ? "refused" : expected + 0)
        },
      ),
    )
  })

  it("of any text is a size or refused with our error", () => {
    const alphabet = [
      "(",
      ")",
      ",",
      "+",
      "-",
      "*",
      "/",
      "%",
      "'",
      " ",
      "n",
      "x",
      "min",
      "dim",
      "count",
      "1",
      "0",
      "9",
      "§",
    ]
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...alphabet), { maxLength: 30 }).map((parts) => parts.join("")),
        (text) => {
          outcome(text)
        },
      ),
      { numRuns: 3000 },
    )
  })
})
