/** A TF.js graph model, as tensorflowjs_converter writes it. */
export interface GraphFiles {
  readonly json: Uint8Array
  /** By the paths of the weightsManifest, in its order. */
  readonly shards: ReadonlyMap<string, Uint8Array>
}

export interface Weight {
  readonly name: string
  readonly dtype: "float32" | "int32" | "string"
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number }
}

interface Node {
  readonly name: string
  readonly op: string
  readonly input: readonly string[]
  readonly attr?: { readonly [name: string]: object }
}

/** An input or output; -1 is a size known only at run time. */
interface Value {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
}

export const types = { float32: "DT_FLOAT", int32: "DT_INT32", string: "DT_STRING" } as const

interface GraphToWrite {
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly weights: readonly Weight[]
  readonly nodes: readonly Node[]
  /** FunctionDef of its library. */
  readonly functions?: readonly object[]
  /** What the publisher says of the model in model.json. */
  readonly metadata?: object
  /** Where the weights, one after another, are cut into files. */
  readonly cuts?: readonly number[]
}

export function graphFiles({
  inputs,
  outputs,
  weights,
  nodes,
  functions = [],
  metadata,
  cuts = [],
}: GraphToWrite): GraphFiles {
  const bytes = Buffer.concat(weights.map((weight) => weight.bytes))
  const ends = [...cuts, bytes.length]
  const shards = new Map(
    ends.map((end, index) => [
      `group1-shard${index + 1}of${ends.length}.bin`,
      bytes.subarray(ends[index - 1] ?? 0, end),
    ]),
  )
  const described = (values: readonly Value[]) =>
    Object.fromEntries(
      values.map(({ name, dtype, shape }) => [name, { name: `${name}:0`, dtype, tensorShape: sizes(shape) }]),
    )
  const model = {
    format: "graph-model",
    generatedBy: "2.15.0",
    convertedBy: "TensorFlow.js Converter v4.22.0",
    signature: { inputs: described(inputs), outputs: described(outputs) },
    ...(metadata !== undefined && { userDefinedMetadata: metadata }),
    modelTopology: {
      node: [
        ...weights.map(({ name, dtype, shape }) => ({
          name,
          op: "Const",
          attr: {
            dtype: { type: types[dtype] },
            value: { tensor: { dtype: types[dtype], tensorShape: sizes(shape) } },
          },
        })),
        ...inputs.map(({ name, dtype, shape }) => ({
          name,
          op: "Placeholder",
          attr: { dtype: { type: dtype }, shape: { shape: sizes(shape) } },
        })),
        ...nodes,
      ],
      ...(functions.length > 0 && { library: { function: functions } }),
      versions: { producer: 1395 },
    },
    weightsManifest: [{ paths: [...shards.keys()], weights: weights.map(({ bytes: _, ...spec }) => spec) }],
  }
  return { json: new TextEncoder().encode(JSON.stringify(model)), shards }
}

function sizes(shape: readonly number[]): object {
  return { dim: shape.map((size) => ({ size: String(size) })) }
}

/** As tfjs-converter stores texts: the length in 32 bits, little-endian, and the bytes in UTF-8. */
export function texts(values: readonly string[]): Uint8Array {
  return Buffer.concat(
    values.flatMap((value) => {
      const bytes = new TextEncoder().encode(value)
      return [new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes]
    }),
  )
}
