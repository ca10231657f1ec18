/** What a model may have, so that a file made to hurt costs time and memory in proportion to its length. */
export const limits = {
  /** Nodes, attributes, tensors, inputs and outputs. The largest language models have some 100,000 nodes. */
  mostObjects: 2 ** 20,
  /** Nodes of the graph with every call of a function written out. */
  mostNodes: 2 ** 20,
  /** Of all messages, and members of all lists but tensors' data. A model of 100,000 nodes has some three million. */
  mostFields: 2 ** 24,
  /** Graphs within graphs. protobuf's own parsers stop at 100 nested messages, of which each takes three. */
  deepestGraph: 32,
  /** Graphs and called functions within one another. */
  deepestCall: 64,
  /** Of a tensor, as core has it. */
  mostRank: 32,
  /** Bytes of all sparse tensors, made dense. */
  mostDensified: 2 ** 28,
}
