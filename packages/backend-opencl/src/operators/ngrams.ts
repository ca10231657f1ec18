import { fromNumbers } from "../graph/elements.js"
import type { Tensor } from "../graph/tensor.js"
import { isFloat } from "../graph/tensor-type.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"

interface Gram {
  /** Where its items begin in the pool, how many they are, and where it is counted. */
  readonly begin: number
  readonly size: number
  readonly output: number
}

const mostOutputs = 2 ** 24

/** The n-grams of lengths that are asked for, by where they are counted. */
function gramsOf(node: OperatorCall, poolLength: number, outputs: readonly number[]): readonly Gram[] {
  const counts = node.ints("ngram_counts") ?? []
  const [least, most] = [node.int("min_gram_length"), node.int("max_gram_length")]
  const grams: Gram[] = []
  let number = 0
  for (const [index, begin] of counts.entries()) {
    const size = index + 1
    const end = counts[index + 1] ?? poolLength
    if (begin < 0 || end < begin || end > poolLength) throw node.broken("has ngram_counts that don't fit its pool")
    for (let at = begin; at + size <= end; at += size, number += 1) {
      const output = outputs[number]
      if (output === undefined) throw node.broken("has fewer ngram_indexes than n-grams")
      if (size >= least && size <= most) grams.push({ begin: at, size, output })
    }
  }
  return grams.sort((a, b) => a.output - b.output)
}

/** Work-items are of one place of the result each, and count the n-grams that belong there. */
const tfIdfVectorizer: Operator = (node) => {
  const { builder } = node
  const x = node.input(0)
  const pool = node.ints("pool_int64s")
  const outputs = node.ints("ngram_indexes") ?? []
  const count = outputs.reduce((most, output) => Math.max(most, output), -1) + 1
  const mode = node.text("mode")
  const weights = mode === "TF" ? undefined : node.floats("weights")
  if (pool === undefined) throw node.broken("has n-grams of text, which no device computes with")
  if (outputs.some((output) => output < 0) || count > mostOutputs) throw node.broken("has ngram_indexes out of range")
  if (x.shape.length > 2 || isFloat(x.type)) throw node.broken("has an input that isn't rows of integers")
  if (weights !== undefined && weights.length < count) throw node.broken("has fewer weights than n-grams")
  if (!["TF", "IDF", "TFIDF"].includes(mode)) throw node.broken("has a mode that ONNX doesn't have")
  const grams = gramsOf(node, pool.length, outputs)
  const ends = new Array<number>(count).fill(0)
  for (const { output } of grams) ends[output] = (ends[output] as number) + 1
  for (let output = 1; output < count; output += 1)
    ends[output] = (ends[output] as number) + (ends[output - 1] as number)
  const length = x.shape.at(-1) ?? 1
  const list = (values: readonly number[]) => builder.constant("int32", [values.length], values)
  const [result] = builder.custom(
    [
      x,
      builder.constant("int64", [pool.length], fromNumbers("int64", pool)),
      list(grams.map(({ begin }) => begin)),
      list(grams.map(({ size }) => size)),
      list(ends),
      ...(weights === undefined ? [] : [builder.constant("float32", [weights.length], weights)]),
    ],
    [{ type: "float32", shape: [...x.shape.slice(0, -1), count] }],
    {
      body: `
  const int output = i % ${count}, row = i / ${count} * ${length};
  int found = 0;
  for (int gram = output == 0 ? 0 : LOAD4(output - 1); gram < LOAD4(output); gram++) {
    const int begin = LOAD2(gram), size = LOAD3(gram);
    // Between single items nothing can be skipped.
    const int mostSkip = size == 1 ? 1 : ${Math.min(length, node.int("max_skip_count") + 1)};
    for (int skip = 1; skip <= mostSkip; skip++) {
      for (int start = 0; start + (long)skip * (size - 1) < ${length}; start++) {
        int same = 0;
        while (same < size && (long)LOAD0(row + start + same * skip) == LOAD1(begin + same)) same++;
        found += same == size;
      }
    }
  }
  STORE0(i, ${mode === "IDF" ? "(found > 0 ? 1 : 0)" : "found"}${weights === undefined ? "" : " * LOAD5(output)"});`,
    },
  )
  return result as Tensor
}

export const ngrams: OperatorTable = { TfIdfVectorizer: tfIdfVectorizer }
