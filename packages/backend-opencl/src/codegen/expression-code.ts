import type { Expression } from "../graph/expression.js"
import { scalarFunctions } from "../graph/scalar-functions.js"
import { isFloat, type TensorType, tensorTypes } from "../graph/tensor-type.js"
import { computedType } from "./memory-access.js"

/** Statements of OpenCL C that compute expressions, each step in a variable of its own. */
export interface ExpressionCode {
  /** Appends what computes `expression`, and gives the name of the variable that holds it. */
  write(expression: Expression, operand: (index: number) => string, coordinate: (axis: number) => string): string
  /** Appends `type name = code;`. */
  declare(type: TensorType, code: string): string
  readonly statements: readonly string[]
}

/** @param lanes of all variables, 1 for scalars */
export function expressionCode(lanes: number, prefix = "v"): ExpressionCode {
  const statements: string[] = []
  let count = 0

  function declare(type: TensorType, code: string): string {
    const name = `${prefix}${count++}`
    statements.push(`${computedType(type, lanes)} ${name} = ${code};`)
    return name
  }

  return {
    statements,
    declare,
    write(root, operand, coordinate) {
      const written = new Map<Expression, string>()
      const write = (expression: Expression): string => {
        const known = written.get(expression)
        if (known !== undefined) return known
        const name = variable(expression)
        written.set(expression, name)
        return name
      }
      const variable = (expression: Expression): string => {
        switch (expression.kind) {
          case "operand":
            return operand(expression.index)
          case "constant":
            return declare(expression.type, literal(expression.type, expression.value))
          case "coordinate":
            return declare("int32", coordinate(expression.axis))
          case "cast":
            return castCode(write(expression.argument), expression.argument.type, expression.type)
          case "call": {
            const { arguments: args, function: name, type } = expression
            const names = args.map(write)
            const operandType = (args.find((one) => one.type !== "bool") ?? args[0])?.type ?? type
            return declare(type, wrapped(type, scalarFunctions[name].c(names, operandType, lanes), lanes))
          }
        }
      }
      const castCode = (name: string, from: TensorType, to: TensorType): string => {
        if (to === "bool") return declare("bool", scalarFunctions.not.c([equalsZero(name, from, lanes)], from, lanes))
        const [before, after] = [tensorTypes[from].computed, tensorTypes[to].computed]
        const rounding = roundingHelpers[to]
        if (rounding !== undefined) return declare(to, `${rounding.name}(${conversion(name, before, after, lanes)})`)
        return declare(to, wrapped(to, conversion(name, before, after, lanes), lanes))
      }
      return write(root)
    },
  }
}

/** Whether `expression` can be computed in vectors: nothing in it has 8 bytes, traps, or needs a coordinate. */
export function isVectorisable(expression: Expression): boolean {
  if (tensorTypes[expression.type].bytes === 8) return false
  switch (expression.kind) {
    case "operand":
    case "constant":
      return true
    case "coordinate":
      return false
    case "cast":
      // Which vectors have no functions for, or, from floats to integers, others than scalars.
      if (roundingHelpers[expression.type] !== undefined) return false
      if (isFloat(expression.argument.type) && !isFloat(expression.type) && expression.type !== "bool") return false
      return isVectorisable(expression.argument)
    case "call": {
      const { scalar } = scalarFunctions[expression.function]
      return !scalar?.(expression.arguments[0]?.type ?? expression.type) && expression.arguments.every(isVectorisable)
    }
  }
}

function equalsZero(name: string, type: TensorType, lanes: number): string {
  return `(${scalarFunctions.equal.c([name, literal(type, 0)], type, lanes)})`
}

function conversion(name: string, from: string, to: string, lanes: number): string {
  if (from === to) return name
  if (lanes > 1) return `convert_${to}${lanes}(${name})`
  // What is negative, or too large, wraps around as it does in numpy; C leaves it open for floats.
  if (from === "float" || from === "double") {
    if (to === "int" || to === "uint") return `(${to})(long)${name}`
    // 2^63 and above, of which long has none.
    if (to === "ulong") return `(${name} >= 9223372036854775808.0f ? (ulong)${name} : (ulong)(long)${name})`
  }
  return `(${to})${name}`
}

interface RoundingHelper {
  readonly name: string
  readonly source: string
}

/**
 * What rounds to small floats, which are computed as float: OpenCL C has no types for them where the device doesn't
 * compute with them.
 */
export const roundingHelpers: Partial<Readonly<Record<TensorType, RoundingHelper>>> = {
  float16: {
    name: "KERNEL_half",
    source: `
static float KERNEL_half(float value) {
  ushort bits;
  vstore_half(value, 0, (half *)&bits);
  return vload_half(0, (const half *)&bits);
}
`,
  },
  bfloat16: {
    name: "KERNEL_brain",
    source: `
static float KERNEL_brain(float value) {
  const uint bits = as_uint(value);
  return value != value ? value : as_float((bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000);
}
`,
  },
}

/** Functions that kernels with `expression` begin with, in OpenCL C. */
export function helpersOf(expression: Expression): readonly string[] {
  if (expression.kind === "cast") {
    const { source } = roundingHelpers[expression.type] ?? {}
    return [...helpersOf(expression.argument), ...(source === undefined ? [] : [source])]
  }
  if (expression.kind !== "call") return []
  const { integerHelper } = scalarFunctions[expression.function]
  const own = integerHelper === undefined || isFloat(expression.type) ? [] : [integerHelper]
  return [...expression.arguments.flatMap(helpersOf), ...own]
}

/** Small integers are computed as int: their results wrap around. */
function wrapped(type: TensorType, code: string, lanes: number): string {
  const { stored, computed } = tensorTypes[type]
  if (isFloat(type) || type === "bool" || stored === computed) return code
  return lanes === 1 ? `(int)(${stored})(${code})` : `convert_int${lanes}(convert_${stored}${lanes}(${code}))`
}

export function literal(type: TensorType, value: number | bigint): string {
  if (isFloat(type)) {
    const suffix = type === "float64" ? "" : "f"
    const number = Number(value)
    if (Number.isNaN(number)) return type === "float64" ? "nan(0UL)" : "nan(0U)"
    if (!Number.isFinite(number)) return `${number < 0 ? "-" : ""}INFINITY`
    const text = `${Object.is(number, -0) ? "-0" : number}`
    return `(${/[.e]/.test(text) ? text : `${text}.0`}${suffix})`
  }
  // The least of a type has no literal of its own.
  if (type === "int64") return value === -(2n ** 63n) ? "LONG_MIN" : `(${value}L)`
  if (type === "uint64") return `${value}UL`
  if (type === "uint32") return `${value}U`
  return Number(value) === -(2 ** 31) ? "INT_MIN" : `(${value})`
}
