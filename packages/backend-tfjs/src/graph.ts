import type { GraphModel } from "@tensorflow/tfjs-converter"

/** What this backend reads of tfjs-converter's parsed graph (operations/types.d.ts, `Node` and `Graph`). */
export interface Graph {
  readonly nodes: { readonly [name: string]: GraphNode }
  readonly functions?: { readonly [name: string]: Graph }
}

interface GraphNode {
  readonly op: string
  /** Absent when the converter has no translation for `op`. */
  readonly category?: string
  readonly inputs: readonly GraphNode[]
}

/** The graph of a loaded model. tfjs-converter has it in a private member and offers no other way to its operators. */
export function graphOf(model: GraphModel): Graph {
  return (model as unknown as { readonly executor: { readonly graph: Graph } }).executor.graph
}

/** TensorFlow operators whose kernel an engine may lack (4.22's WebAssembly the first, WebGPU the last), and that kernel. */
const rareKernels: { readonly [operator: string]: string } = {
  Complex: "Complex",
  ComplexAbs: "ComplexAbs",
  Einsum: "Einsum",
  FFT: "FFT",
  IFFT: "IFFT",
  Imag: "Imag",
  IRFFT: "IFFT",
  RaggedGather: "RaggedGather",
  RaggedRange: "RaggedRange",
  RaggedTensorToTensor: "RaggedTensorToTensor",
  Real: "Real",
  RFFT: "FFT",
  SparseFillEmptyRows: "SparseFillEmptyRows",
  SparseReshape: "SparseReshape",
  StaticRegexReplace: "StaticRegexReplace",
  StringSplit: "StringSplit",
  StringToHashBucketFast: "StringToHashBucketFast",
  Unique: "Unique",
  UniqueV2: "Unique",
}

/** Types of operators, sorted, that the converter doesn't know or the engine has no kernel for. */
export function lackingOperators(graph: Graph, hasKernel: (kernel: string) => boolean): readonly string[] {
  const lacking = new Set<string>()
  for (const { op, category } of Object.values(graph.nodes)) {
    const kernel = Object.hasOwn(rareKernels, op) ? rareKernels[op] : undefined
    if (category === undefined || (kernel !== undefined && !hasKernel(kernel))) lacking.add(op)
  }
  for (const inner of Object.values(graph.functions ?? {})) {
    for (const op of lackingOperators(inner, hasKernel)) lacking.add(op)
  }
  return [...lacking].sort()
}

/** Operators that need `executeAsync`: tfjs-converter 4.22, src/executor/model_analysis.ts. */
const asyncOperators = new Set([
  ...["Switch", "Merge", "Enter", "Exit", "NextIteration", "StatelessIf", "StatelessWhile", "if", "While"],
  ...["NonMaxSuppressionV2", "NonMaxSuppressionV3", "NonMaxSuppressionV5", "Where"],
  ...["HashTable", "HashTableV2", "LookupTableImport", "LookupTableImportV2", "LookupTableFind", "LookupTableFindV2"],
  ...["LookupTableSize", "LookupTableSizeV2"],
])

/** True when a node that one of `outputs` (names of nodes) needs is dynamic: GraphModel then runs asynchronously. */
export function isDynamic(graph: Graph, outputs: readonly string[]): boolean {
  const seen = new Set<GraphNode>()
  const left = outputs.flatMap((name) => graph.nodes[name] ?? [])
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (asyncOperators.has(node.op)) return true
    if (!seen.has(node)) left.push(...node.inputs)
    seen.add(node)
  }
  return false
}
