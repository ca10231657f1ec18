import type { OperatorTable } from "./call.js"

/** Operators on what may be missing, where a tensor stands for an optional one: the engine has no other. */
export const optional: OperatorTable = {
  OptionalGetElement: ({ input }) => input(0),
  OptionalHasElement: ({ builder, inputs }) => builder.constant("bool", [], [inputs[0] === undefined ? 0 : 1]),
}
