import { isFloat, type TensorType, tensorTypes } from "./tensor-type.js"

/** How a function is written in OpenCL C, and computed without a device. */
interface Definition {
  /**
   * An expression over the names of variables.
   *
   * @param type of the first operand that isn't a bool
   * @param lanes 1 for scalars, or as many as the vectors have
   */
  readonly c: (args: readonly string[], type: TensorType, lanes: number) => string
  /** Undefined where a device's result might differ in its last bits, or where shapes never need it. */
  readonly host?: (args: readonly (number | bigint)[], type: TensorType) => number | bigint | undefined
  /** What it is a function of; undefined: of every type. */
  readonly of?: "floats" | "integers"
  /** The result is a bool. */
  readonly isTest?: boolean
  /** Only for scalars: a vector has no such operator, or it would trap. */
  readonly scalar?: (type: TensorType) => boolean
  /** What it calls for integers: functions of OpenCL C before the kernel, whose names begin with `KERNEL_`. */
  readonly integerHelper?: string
}

const lanesOf = (lanes: number) => (lanes === 1 ? "" : `${lanes}`)

/** A comparison, which gives 1 for scalars and -1 for vectors, as 0 or 1 in int. */
function truth(condition: string, type: TensorType, lanes: number): string {
  if (lanes === 1) return `((${condition}) ? 1 : 0)`
  const isWide = tensorTypes[type].bytes === 8
  return isWide ? `(convert_int${lanes}(${condition}) & 1)` : `((${condition}) & 1)`
}

/** A literal of the computed type. */
const literal = (value: number, type: TensorType) =>
  tensorTypes[type].computed === "float" ? `${value}.0f` : isFloat(type) ? `${value}.0` : `${value}`

type Host = NonNullable<Definition["host"]>

/** The same function for numbers and for bigints. */
function both(forNumbers: (a: number, b: number) => number, forBigints: (a: bigint, b: bigint) => bigint): Host {
  return ([a, b]) => (typeof a === "bigint" ? forBigints(a, BigInt(b ?? 0)) : forNumbers(a as number, Number(b)))
}

const infix =
  (operator: string): Definition["c"] =>
  ([a, b]) =>
    `${a} ${operator} ${b}`
const compare = (operator: string, host: (a: number | bigint, b: number | bigint) => boolean): Definition => ({
  c: ([a, b], type, lanes) => truth(`${a} ${operator} ${b}`, type, lanes),
  host: ([a, b]) => Number(host(a as number, b as number)),
  isTest: true,
})
const builtin = (name: string): Definition => ({ c: (args) => `${name}(${args.join(", ")})`, of: "floats" })
/** For bools, which are 0 and 1. */
const logical = (operator: string, host: (a: number, b: number) => number): Definition => ({
  c: infix(operator),
  host: ([a, b]) => host(Number(a), Number(b)),
  of: "integers",
  isTest: true,
})
const isInteger = (type: TensorType) => !isFloat(type)
/** The low 64 bits, by squaring: the number itself may have billions. Below 0 the quotient, towards zero; 0 by zero. */
function wrappedPower(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) return base === 1n || base === -1n ? wrappedPower(base, exponent & 1n) : 0n
  let [result, square] = [1n, base]
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = BigInt.asUintN(64, result * square)
    square = BigInt.asUintN(64, square * square)
  }
  return result
}

const floorMod = (a: number, b: number) => a - Math.floor(a / b) * b

const definitions = {
  add: {
    c: infix("+"),
    host: both(
      (a, b) => a + b,
      (a, b) => a + b,
    ),
  },
  sub: {
    c: infix("-"),
    host: both(
      (a, b) => a - b,
      (a, b) => a - b,
    ),
  },
  mul: {
    c: infix("*"),
    // Of 32-bit integers a product in JavaScript isn't exact.
    host: ([a = 0, b = 0], type) => (isFloat(type) ? Number(a) * Number(b) : BigInt(a) * BigInt(b)),
  },
  /** Integers towards zero. By zero they give 0, and the least by -1 itself: a processor would trap. */
  div: {
    c: ([a, b], type) =>
      isFloat(type)
        ? `${a} / ${b}`
        : `(${b} == 0 ? 0 : ${isUnsigned(type) ? "" : `${b} == -1 ? -${a} : `}${a} / (${b} == 0 ? 1 : ${b}))`,
    host: both(
      (a, b) => a / b,
      (a, b) => (b === 0n ? 0n : a / b),
    ),
    scalar: isInteger,
  },
  /** With the divisor's sign, as Python's `%`; integers by zero give 0. */
  mod: {
    c: ([a, b], type) => {
      if (isFloat(type)) return `${a} - floor(${a} / ${b}) * ${b}`
      const rest = `${a} % (${b} == 0 ? 1 : ${b})`
      if (isUnsigned(type)) return `(${b} == 0 ? 0 : ${rest})`
      return `((${b} == 0 || ${b} == -1) ? 0 : (${rest} != 0 && ((${a} < 0) != (${b} < 0))) ? ${rest} + ${b} : ${rest})`
    },
    host: both(
      (a, b) => (b === 0 ? 0 : floorMod(a, b)),
      (a, b) => (b === 0n ? 0n : ((a % b) + b) % b),
    ),
    scalar: isInteger,
  },
  /** With the dividend's sign, as C's. */
  remainder: {
    c: ([a, b], type) =>
      isFloat(type)
        ? `fmod(${a}, ${b})`
        : `((${b} == 0${isUnsigned(type) ? "" : ` || ${b} == -1`}) ? 0 : ${a} % (${b} == 0 ? 1 : ${b}))`,
    host: both(
      (a, b) => a % b,
      (a, b) => (b === 0n ? 0n : a % b),
    ),
    scalar: isInteger,
  },
  pow: {
    c: ([a, b], type) => {
      if (isFloat(type)) return `pow(${a}, ${b})`
      const { computed } = tensorTypes[type]
      const power = `(${computed})KERNEL_power((ulong)${a}, (ulong)${b})`
      return isUnsigned(type) ? power : `(${b} >= 0 ? ${power} : ${a} == 1 ? 1 : ${a} == -1 ? 1 - 2 * (${b} & 1) : 0)`
    },
    host: ([a = 0, b = 0], type) => (isFloat(type) ? Number(a) ** Number(b) : wrappedPower(BigInt(a), BigInt(b))),
    scalar: isInteger,
    // Not by way of double, which has 53 bits, and which a device may lack.
    integerHelper: `
static ulong KERNEL_power(ulong base, ulong exponent) {
  ulong result = 1;
  for (; exponent > 0; exponent >>= 1, base *= base)
    if (exponent & 1) result *= base;
  return result;
}
`,
  },
  /** NaN where either is. */
  min: {
    c: ([a, b], type) => (isFloat(type) ? `(${a} != ${a} || ${a} < ${b}) ? ${a} : ${b}` : `min(${a}, ${b})`),
    host: both(
      (a, b) => Math.min(a, b),
      (a, b) => (a < b ? a : b),
    ),
  },
  max: {
    c: ([a, b], type) => (isFloat(type) ? `(${a} != ${a} || ${a} > ${b}) ? ${a} : ${b}` : `max(${a}, ${b})`),
    host: both(
      (a, b) => Math.max(a, b),
      (a, b) => (a > b ? a : b),
    ),
  },
  /** The first, but at least the second, which isn't NaN; in the form that is one instruction. */
  atLeast: {
    c: ([a, b]) => `(${a} < ${b}) ? ${b} : ${a}`,
    host: both(
      (a, b) => (a < b ? b : a),
      (a, b) => (a < b ? b : a),
    ),
  },
  atMost: {
    c: ([a, b]) => `(${a} > ${b}) ? ${b} : ${a}`,
    host: both(
      (a, b) => (a > b ? b : a),
      (a, b) => (a > b ? b : a),
    ),
  },
  neg: { c: ([a]) => `-${a}`, host: ([a]) => -(a as number) },
  abs: {
    c: ([a], type) => (isFloat(type) ? `fabs(${a})` : isUnsigned(type) ? `${a}` : `(${a} < 0 ? -${a} : ${a})`),
    host: ([a]) => ((a as number) < 0 ? -(a as number) : a),
  },
  sign: {
    c: ([a], type) => (isFloat(type) ? `sign(${a})` : `((${a} > 0 ? 1 : 0) - (${a} < 0 ? 1 : 0))`),
    host: ([a]) => (Number(a) > 0 ? 1 : Number(a) < 0 ? -1 : 0),
    scalar: isInteger,
  },
  floor: { ...builtin("floor"), host: ([a]) => Math.floor(Number(a)) },
  ceil: { ...builtin("ceil"), host: ([a]) => Math.ceil(Number(a)) },
  trunc: builtin("trunc"),
  /** Halves to even. */
  round: builtin("rint"),
  sqrt: { ...builtin("sqrt"), host: ([a]) => Math.sqrt(Number(a)) },
  exp: builtin("exp"),
  log: builtin("log"),
  sin: builtin("sin"),
  cos: builtin("cos"),
  tan: builtin("tan"),
  asin: builtin("asin"),
  acos: builtin("acos"),
  atan: builtin("atan"),
  sinh: builtin("sinh"),
  cosh: builtin("cosh"),
  tanh: builtin("tanh"),
  asinh: builtin("asinh"),
  acosh: builtin("acosh"),
  atanh: builtin("atanh"),
  erf: builtin("erf"),
  log1p: builtin("log1p"),
  expm1: builtin("expm1"),
  sigmoid: { c: ([a], type) => `${literal(1, type)} / (${literal(1, type)} + exp(-${a}))`, of: "floats" },
  isNaN: {
    c: ([a], type, lanes) => truth(`${a} != ${a}`, type, lanes),
    host: ([a]) => Number(Number.isNaN(a)),
    isTest: true,
  },
  isInfinite: { c: ([a], type, lanes) => truth(`isinf(${a})`, type, lanes), of: "floats", isTest: true },
  equal: compare("==", (a, b) => a === b),
  less: compare("<", (a, b) => a < b),
  lessOrEqual: compare("<=", (a, b) => a <= b),
  greater: compare(">", (a, b) => a > b),
  greaterOrEqual: compare(">=", (a, b) => a >= b),
  and: logical("&", (a, b) => a & b),
  or: logical("|", (a, b) => a | b),
  xor: logical("^", (a, b) => a ^ b),
  not: { c: ([a]) => `1 - ${a}`, host: ([a]) => 1 - Number(a), of: "integers", isTest: true },
  bitAnd: {
    c: infix("&"),
    of: "integers",
    host: both(
      (a, b) => a & b,
      (a, b) => a & b,
    ),
  },
  bitOr: {
    c: infix("|"),
    of: "integers",
    host: both(
      (a, b) => a | b,
      (a, b) => a | b,
    ),
  },
  bitXor: {
    c: infix("^"),
    of: "integers",
    host: both(
      (a, b) => a ^ b,
      (a, b) => a ^ b,
    ),
  },
  bitNot: { c: ([a]) => `~${a}`, host: ([a]) => ~(a as number), of: "integers" },
  /** By as many bits as there are, or more: 0. */
  shiftLeft: { c: ([a, b], type) => shifted("<<", a, b, type), of: "integers", scalar: isAlways },
  shiftRight: { c: ([a, b], type) => shifted(">>", a, b, type), of: "integers", scalar: isAlways },
  /** The second where the first, a bool, is true; else the third. */
  where: {
    c: ([test, a, b], type, lanes) => {
      if (lanes === 1) return `${test} ? ${a} : ${b}`
      const isWide = tensorTypes[type].bytes === 8
      return `${isWide ? `convert_long${lanesOf(lanes)}(${test} != 0)` : `(${test} != 0)`} ? ${a} : ${b}`
    },
    host: ([test, a, b]) => (Number(test) === 0 ? b : a),
  },
} satisfies Readonly<Record<string, Definition>>

export type ScalarFunction = keyof typeof definitions

/** Functions of one element each. Arguments have one type, but for the test of `where`. */
export const scalarFunctions: Readonly<Record<ScalarFunction, Definition>> = definitions

function isUnsigned(type: TensorType): boolean {
  return type === "uint32" || type === "uint64"
}

function isAlways(): boolean {
  return true
}

function shifted(operator: string, a: string | undefined, b: string | undefined, type: TensorType): string {
  const bits = tensorTypes[type].bytes * 8
  return `(${b} >= ${bits} ? 0 : ${a} ${operator} ${b})`
}
