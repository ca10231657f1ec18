import type { GraphModel } from "@tensorflow/tfjs-converter"

/** What this backend reads of tfjs-converter's parsed graph (operations/types.d.ts, `Node` and `Graph`). */
export interface Graph {
  readonly nodes: { readonly [name: string]: GraphNode }
  readonly functions?: { readonly [name: string]: Graph }
}

interface GraphNode {
  op: string
  /** Absent when the converter has no translation for `op`. */
  readonly category?: string
  readonly inputs: readonly GraphNode[]
}

/** The graph of a loaded model. tfjs-converter has it in a private member and offers no other way to its operators. */
export function graphOf(model: GraphModel): Graph {
  return (model as unknown as { readonly executor: { readonly graph: Graph } }).executor.graph
}

/** Has each Print pass its input on and print nothing: it writes elements of tensors to the console. */
export function silence(graph: Graph): void {
  for (const node of Object.values(graph.nodes)) if (node.op === "Print") node.op = "Identity"
  for (const inner of Object.values(graph.functions ?? {})) silence(inner)
}

/** TensorFlow operators whose kernel an engine lacks (in 4.22 WebAssembly, WebGPU or tfjs-node), and that kernel. */
const rareKernels: { readonly [operator: string]: string } = {
  BitwiseAnd: "BitwiseAnd",
  Complex: "Complex",
  ComplexAbs: "ComplexAbs",
  DenseBincount: "DenseBincount",
  Einsum: "Einsum",
  FFT: "FFT",
  IFFT: "IFFT",
  Imag: "Imag",
  ImageProjectiveTransformV3: "Transform",
  IRFFT: "IFFT",
  LowerBound: "SearchSorted",
  MaxPoolWithArgmax: "MaxPoolWithArgmax",
  RaggedGather: "RaggedGather",
  RaggedRange: "RaggedRange",
  RaggedTensorToTensor: "RaggedTensorToTensor",
  Real: "Real",
  RFFT: "FFT",
  SparseFillEmptyRows: "SparseFillEmptyRows",
  SparseReshape: "SparseReshape",
  SparseSegmentMean: "SparseSegmentMean",
  SparseSegmentSum: "SparseSegmentSum",
  StaticRegexReplace: "StaticRegexReplace",
  StringNGrams: "StringNGrams",
  StringSplit: "StringSplit",
  StringToHashBucketFast: "StringToHashBucketFast",
  Unique: "Unique",
  UniqueV2: "Unique",
  UpperBound: "SearchSorted",
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

/** Categories of operators that need `executeAsync`: tfjs-converter 4.22, src/operations/operation_executor.ts. */
const asyncCategories: readonly (string | undefined)[] = ["control", "dynamic", "hash_table"]

/** Operators that give something else each time: tfjs-converter 4.22, src/operations/executors/creation_executor.ts. */
const randomOperators = new Set([
  ...["Multinomial", "RandomStandardNormal", "RandomUniform", "RandomUniformInt", "TruncatedNormal"],
])

/** How a graph is run. */
export type Way =
  /** By `executeAsync`: it has control flow, or operators that wait for what others compute. */
  | "async"
  /** By `execute`, which may do something else each time: it has random numbers, or an app's own operators. */
  | "sync"
  /** By `execute`, which does the same for all inputs of the same shapes, unless it reads them. */
  | "repeatable"

/** How those nodes are run that `outputs` (names of nodes) need. */
export function wayOf(graph: Graph, outputs: readonly string[]): Way {
  const nodes = nodesFor(graph, outputs)
  if (nodes.some(({ category }) => asyncCategories.includes(category))) return "async"
  const varies = nodes.some(({ op, category }) => category === "custom" || randomOperators.has(op))
  return varies ? "sync" : "repeatable"
}

function nodesFor(graph: Graph, outputs: readonly string[]): readonly GraphNode[] {
  const seen = new Set<GraphNode>()
  const left = outputs.flatMap((name) => graph.nodes[name] ?? [])
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (!seen.has(node)) left.push(...node.inputs)
    seen.add(node)
  }
  return [...seen]
}
