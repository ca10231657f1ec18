import type { ElementType } from "@strongroom/core/backend"

/** An ONNX model as its file has it (onnx.proto), checked for what onnx.proto and ONNX's IR specification demand of any. */
export interface OnnxModel {
  readonly graph: OnnxGraph
  /** Versions by domain; ONNX's own is `""`, also where the file says `ai.onnx`. */
  readonly operatorSets: ReadonlyMap<string, number>
  /**
   * The model's own functions, by `${domain}:${name}`. None that is called calls itself, also not through others, and
   * written out they and the graph have at most 2^20 nodes.
   */
  readonly functions: ReadonlyMap<string, OnnxFunction>
}

/** Every value is defined once, and before it is used: by the graph, or by one that this one is an attribute in. */
export interface OnnxGraph {
  /** In an order in which they can be computed. */
  readonly nodes: readonly OnnxNode[]
  /** Also those that an initialiser of the same name gives a default. */
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  readonly initializers: ReadonlyMap<string, OnnxTensor>
}

export interface OnnxValue {
  readonly name: string
  /** `undefined` for what isn't a tensor, has no type, or one that the backend contract has no name for. */
  readonly type: ElementType | "string" | undefined
  /** `undefined` where not even the rank is said; a size is `undefined` where it is a name, or negative, or not said. */
  readonly shape: readonly (number | undefined)[] | undefined
}

export interface OnnxNode {
  /** The operator's or function's name; `name:overload` where an overload is named, as the function's key has it. */
  readonly operator: string
  /** `""` is ONNX's own. */
  readonly domain: string
  /** May be empty, and need not be the only one of its kind. */
  readonly name: string
  /** Names of values; `""` where one is left out. */
  readonly inputs: readonly string[]
  /** Names of values; `""` where one isn't wanted. */
  readonly outputs: readonly string[]
  readonly attributes: ReadonlyMap<string, OnnxAttribute>
}

export type OnnxAttribute =
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "ints"; readonly value: readonly bigint[] }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "strings"; readonly value: readonly string[] }
  /** Also what was sparse: it is made dense. */
  | { readonly kind: "tensor"; readonly value: OnnxTensor }
  | { readonly kind: "graph"; readonly value: OnnxGraph }
  | { readonly kind: "graphs"; readonly value: readonly OnnxGraph[] }
  /** In a function's nodes: the value is that of the function's attribute of this name; none where the caller has none. */
  | { readonly kind: "reference"; readonly value: string }
  /** Types, lists of tensors, and bytes that aren't UTF-8, of which no operator of ONNX's numeric ones has any. */
  | { readonly kind: "other" }

export interface OnnxTensor {
  /** `"other"` for types that the backend contract has no name for: complex, 8-bit floats. */
  readonly type: ElementType | "string" | "other"
  readonly shape: readonly number[]
  readonly data: OnnxData
}

export type OnnxData =
  /**
   * Little-endian, row-major and dense, as many as type and shape say, `bool` 0 or 1, as `RawTensor` has them; nothing is
   * said of type `"other"`. Either a view into the file's bytes, which may begin anywhere, or an array of its own.
   */
  | { readonly bytes: Uint8Array }
  /** In another file: a path that core's importer has checked, as a part's name. The file may end before. */
  | { readonly location: string; readonly offset: number; readonly byteLength: number }
  /** Of type `"string"` always. */
  | { readonly strings: readonly string[] }

/** What a node of its domain and name stands for. */
export interface OnnxFunction {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Those that have a default. */
  readonly attributes: ReadonlyMap<string, OnnxAttribute>
  readonly nodes: readonly OnnxNode[]
  readonly operatorSets: ReadonlyMap<string, number>
}
