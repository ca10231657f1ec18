import type { Declined, LoadContext, OpenModel, Part, RawTensor } from "@strongroom/core/backend"
import { tensorByteLength } from "@strongroom/core/host"
import type { NetworkNode } from "../network.js"
import type { Program } from "../write/program.js"
import { operators } from "./operators.js"

/** A program that is ready to run. */
export interface LoadedProgram {
  readonly weights: ReadonlyMap<string, RawTensor>
  readonly nodes: readonly NetworkNode[]
}

export async function loadProgram(model: OpenModel, context: LoadContext): Promise<LoadedProgram | Declined> {
  const { signal, progress } = context
  const total = model.parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const bytes = await readPart(partOf(model, "graph"), signal)
  progress(bytes.byteLength, total)
  const program = parseProgram(bytes)
  const unknown = program.nodes.find(({ operator }) => !Object.hasOwn(operators, operator))
  if (unknown !== undefined) return { declined: `There is no operator "${unknown.operator}" in the reference engine.` }
  const data = await readPart(partOf(model, "weights"), signal)
  progress(total, total)
  return { weights: cutWeights(program, data), nodes: program.nodes }
}

function partOf(model: OpenModel, role: Part["role"]): Part {
  const part = model.parts.find((candidate) => candidate.role === role)
  if (part === undefined) throw new Error("A program has a graph and weights.")
  return part
}

/** A copy on the heap: the host's memory is given back at once. */
async function readPart(part: Part, signal: AbortSignal): Promise<Uint8Array> {
  const plaintext = await part.bytes(signal)
  try {
    return new Uint8Array(plaintext.bytes)
  } finally {
    plaintext.close()
  }
}

function parseProgram(bytes: Uint8Array): Program {
  const program: Program = JSON.parse(new TextDecoder().decode(bytes))
  if (program.format !== "strongroom-program/1") throw new Error("This isn't a program of the testkit.")
  return program
}

function cutWeights({ weights }: Program, data: Uint8Array): ReadonlyMap<string, RawTensor> {
  let offset = 0
  const cut = weights.map(({ name, shape }): [string, RawTensor] => {
    const end = offset + tensorByteLength("float32", shape)
    if (end > data.byteLength) throw new Error("The program's weights are shorter than it says.")
    const tensor: RawTensor = { type: "float32", shape, data: data.subarray(offset, end) }
    offset = end
    return [name, tensor]
  })
  return new Map(cut)
}
