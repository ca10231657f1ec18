import { bytesSource } from "@strongroom/core"
import type { NetworkNode } from "../network.js"
import type { ModelWriter } from "./model-writer.js"
import { concat } from "./protobuf.js"
import { weightBytes } from "./weight-bytes.js"

/** What the reference backend runs: a network as JSON, its weights' bytes one behind the other in a part of their own. */
export interface Program {
  readonly format: "strongroom-program/1"
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[]
  readonly nodes: readonly NetworkNode[]
}

/** Writes programs for the reference backend, as models of kind `file`. */
export const programWriter: ModelWriter = {
  kind: "file",
  async write({ inputs, outputs, weights, nodes }) {
    const program: Program = {
      format: "strongroom-program/1",
      weights: weights.map(({ name, tensor }) => ({ name, shape: tensor.shape })),
      nodes,
    }
    const json = new TextEncoder().encode(JSON.stringify(program))
    const bytes = concat(...weights.map(weightBytes))
    return {
      kind: "file",
      inputs,
      outputs,
      parts: [
        { role: "graph", name: "secret-program-7f3a.json", source: bytesSource(json) },
        { role: "weights", name: "data/secret-weights-7f3a.bin", source: bytesSource(bytes) },
      ],
    }
  },
}
