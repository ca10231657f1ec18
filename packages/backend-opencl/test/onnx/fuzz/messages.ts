/** Messages of onnx.proto and which of their fields hold which others. */
const within = {
  model: { 7: "graph", 8: "operator-set", 25: "function" },
  graph: { 1: "node", 5: "tensor", 11: "value", 12: "value", 15: "sparse-tensor" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse-tensor", 23: "sparse-tensor" },
  function: { 7: "node", 9: "operator-set", 11: "attribute" },
  value: { 2: "type" },
  type: { 1: "tensor-type" },
  "tensor-type": { 2: "shape" },
  shape: { 1: "dimension" },
  tensor: { 13: "entry" },
  "sparse-tensor": { 1: "tensor", 2: "tensor" },
  dimension: {},
  entry: {},
  "operator-set": {},
} as const

export type MessageName = keyof typeof within

/** The message that a field holds, if it is one. */
export function messageIn(name: MessageName, field: number): MessageName | undefined {
  return (within[name] as Readonly<Record<number, MessageName>>)[field]
}
