import type { Operation } from "../graph/operation.js"
import type { Tensor } from "../graph/tensor.js"
import { cluster } from "./clusters.js"
import { Lowering } from "./lowering.js"

/** Kernel launches that compute `roots`, row-major, from tensors that aren't computed by `operations`. */
export function lower(operations: readonly Operation[], roots: readonly Tensor[]): Lowering {
  const lowering = new Lowering()
  for (const one of cluster(operations, roots, () => false)) {
    if (one.kind === "single") lowering.plainOperation(one.operation)
    else if (one.head !== undefined) lowering.plainOperation(one.head)
    else lowering.plainElementwise(one.members, one.output)
  }
  for (const root of roots) lowering.plain(root)
  return lowering
}
