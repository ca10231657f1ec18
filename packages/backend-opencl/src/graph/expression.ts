import { StrongroomError } from "@strongroom/core/backend"
import { asElement } from "./elements.js"
import { type ScalarFunction, scalarFunctions } from "./scalar-functions.js"
import { isFloat, type TensorType, tensorTypes } from "./tensor-type.js"

/** What one element of an element-wise operation's result is computed by. */
export type Expression =
  | { readonly kind: "operand"; readonly index: number; readonly type: TensorType }
  | { readonly kind: "constant"; readonly value: number | bigint; readonly type: TensorType }
  /** The element's own coordinate along an axis of the result. */
  | { readonly kind: "coordinate"; readonly axis: number; readonly type: "int32" }
  | { readonly kind: "cast"; readonly type: TensorType; readonly argument: Expression }
  | {
      readonly kind: "call"
      readonly function: ScalarFunction
      readonly type: TensorType
      readonly arguments: readonly Expression[]
    }

export function constant(type: TensorType, value: number | bigint): Expression {
  return { kind: "constant", type, value: asElement(type, value) }
}

export function coordinate(axis: number): Expression {
  return { kind: "coordinate", axis, type: "int32" }
}

/** The value as another type has it; floats become integers towards zero, and bool is whether it isn't 0. */
export function cast(type: TensorType, argument: Expression): Expression {
  return argument.type === type ? argument : { kind: "cast", type, argument }
}

/**
 * Calls a function; numbers become constants of the first argument's type that isn't one.
 *
 * @throws StrongroomError `backend-failed` for types that the function isn't of, or that aren't computed alike
 */
export function call(name: ScalarFunction, ...given: readonly (Expression | number)[]): Expression {
  const typed = given.filter((one): one is Expression => typeof one === "object")
  // The first of `where` is a bool.
  const type = (name === "where" ? typed.at(-1) : typed[0])?.type ?? "float32"
  checkTypes(name, name === "where" ? typed.slice(1) : typed)
  const args = given.map((one) => (typeof one === "number" ? constant(type, one) : one))
  const result = scalarFunctions[name].isTest ? "bool" : type
  return { kind: "call", function: name, type: result, arguments: args }
}

function checkTypes(name: ScalarFunction, args: readonly Expression[]): void {
  const [first, ...others] = args.map(({ type }) => type)
  if (first === undefined) return
  const { of } = scalarFunctions[name]
  const isOne = others.every((type) => tensorTypes[type].computed === tensorTypes[first].computed)
  if (isOne && (of === undefined || (of === "floats") === isFloat(first))) return
  throw new StrongroomError("backend-failed", "Operators of the model have inputs of types that they aren't for.")
}

/** Computes an expression without a device; undefined where that can't be done as a device would. */
export function evaluate(
  expression: Expression,
  operands: readonly (number | bigint)[],
  coordinates: readonly number[],
): number | bigint | undefined {
  switch (expression.kind) {
    case "operand":
      return operands[expression.index]
    case "constant":
      return expression.value
    case "coordinate":
      return coordinates[expression.axis]
    case "cast": {
      const value = evaluate(expression.argument, operands, coordinates)
      return value === undefined ? undefined : asElement(expression.type, value)
    }
    case "call": {
      const args: (number | bigint)[] = []
      for (const argument of expression.arguments) {
        const value = evaluate(argument, operands, coordinates)
        if (value === undefined) return undefined
        args.push(value)
      }
      const value = scalarFunctions[expression.function].host?.(args, expression.arguments[0]?.type ?? expression.type)
      return value === undefined ? undefined : asElement(expression.type, value)
    }
  }
}
