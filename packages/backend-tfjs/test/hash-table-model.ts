import { type GraphFiles, graphFiles, texts, types } from "./graph-files.js"

const table = {
  name: "table",
  op: "HashTableV2",
  input: [],
  attr: { key_dtype: { type: types.string }, value_dtype: { type: types.int32 } },
}
const resourceId = 66

/**
 * Looks up the numbers of words in a table, which a graph of its own fills at the start. `"captured"`, as models of
 * TensorFlow 2 are converted: the table is an input that signatures name by its number; `"shared"`, as those of 1: both
 * graphs have a node for it.
 */
export function wordTable(form: "captured" | "shared"): GraphFiles {
  const words = ["kettle", "Brüssel", "茶"]
  const numbers = (...values: number[]) => new Uint8Array(Int32Array.from(values).buffer)
  const { json, shards } = graphFiles({
    inputs: [{ name: "words", dtype: types.string, shape: [-1] }],
    outputs: [{ name: "numbers", dtype: types.int32, shape: [-1] }],
    weights: [
      { name: "missing", dtype: "int32", shape: [], bytes: numbers(-1) },
      { name: "keys", dtype: "string", shape: [words.length], bytes: texts(words) },
      { name: "values", dtype: "int32", shape: [words.length], bytes: numbers(10, 20, 30) },
    ],
    nodes: [
      form === "shared"
        ? table
        : {
            name: "table",
            op: "Placeholder",
            input: [],
            attr: { dtype: { type: "DT_RESOURCE" }, shape: { shape: {} } },
          },
      {
        name: "numbers",
        op: "LookupTableFindV2",
        input: ["table", "words", "missing"],
        attr: { Tin: { type: types.string }, Tout: { type: types.int32 } },
      },
    ],
  })
  const model = JSON.parse(new TextDecoder().decode(json))
  const isEntry = ({ name }: { name: string }) => name === "keys" || name === "values"
  const fill = {
    name: "fill",
    op: "LookupTableImportV2",
    input: ["table", "keys", "values"],
    attr: { Tin: { type: types.string }, Tout: { type: types.int32 } },
  }
  const captured = (name: string) => ({ name, dtype: "DT_RESOURCE", tensorShape: {}, resourceId })
  const whole = {
    ...model,
    modelTopology: { ...model.modelTopology, node: model.modelTopology.node.filter((node: never) => !isEntry(node)) },
    modelInitializer: {
      node: [...model.modelTopology.node.filter(isEntry), table, fill],
      versions: { producer: 1395 },
    },
    ...(form === "captured" && {
      signature: { ...model.signature, inputs: { ...model.signature.inputs, table: captured("table:0") } },
      initializerSignature: { outputs: { fill: captured("fill:0") } },
    }),
  }
  return { json: new TextEncoder().encode(JSON.stringify(whole)), shards }
}
