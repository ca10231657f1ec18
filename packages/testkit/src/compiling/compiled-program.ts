import type { RawTensor } from "@strongroom/core/backend"
import type { NetworkNode } from "../network.js"
import type { LoadedProgram } from "../reference/load-program.js"

const format = "strongroom-compiled/1"

interface CompiledProgram {
  readonly format: typeof format
  readonly nodes: readonly NetworkNode[]
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[]; readonly base64: string }[]
}

export function encodeProgram({ nodes, weights }: LoadedProgram): Uint8Array {
  const compiled: CompiledProgram = {
    format,
    nodes,
    weights: [...weights].map(([name, { shape, data }]) => ({
      name,
      shape,
      base64: Buffer.from(data as Uint8Array).toString("base64"),
    })),
  }
  return Buffer.from(JSON.stringify(compiled))
}

/** `undefined` for bytes of any other form: a cache holds what some version once wrote. */
export function decodeProgram(bytes: Uint8Array): LoadedProgram | undefined {
  let compiled: CompiledProgram
  try {
    compiled = JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined
  }
  if (compiled?.format !== format) return undefined
  const weights = compiled.weights.map(({ name, shape, base64 }): [string, RawTensor] => [
    name,
    { type: "float32", shape, data: new Uint8Array(Buffer.from(base64, "base64")) },
  ])
  return { nodes: compiled.nodes, weights: new Map(weights) }
}
