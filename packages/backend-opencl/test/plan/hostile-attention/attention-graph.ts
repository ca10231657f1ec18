import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { ofForm } from "../../fast-form.js"
import { createNetworkRunner, integers, type TestTensor } from "../../operators/network-runner.js"
import { type Apply, both, type SmallModel } from "../against-onnxruntime.js"
import { filled, random } from "../filled.js"

/*
 * Graphs that look like attention and aren't, or are in a way that no exporter writes: what one kernel may not take for
 * what it computes.
 */

export const [batch, heads, queries, keys, depth, width] = [2, 3, 19, 23, 6, 4]
export const scored = [batch, heads, queries, keys]
export const plain = {
  query: random([batch, heads, queries, depth], 1),
  key: random([batch, heads, depth, keys], 2),
  value: random([batch, heads, keys, width], 3),
}
/** As many heads as queries and keys, so that axes can change places. */
export const square = {
  query: random([batch, 17, 17, depth], 1),
  key: random([batch, 17, depth, 17], 2),
  value: random([batch, 17, 17, width], 3),
}

/** What takes the place of each part of attention; by default its inputs, the plain product and its softmax. */
export interface Parts {
  readonly query?: string
  readonly key?: string
  readonly value?: string
  readonly scores?: (apply: Apply, scores: string) => string
  readonly shares?: (apply: Apply, shares: string, scores: string) => string
  /** Of the softmax; default: 3. */
  readonly axis?: number
}

export function attention(apply: Apply, parts: Parts = {}): string {
  const { query = "query", key = "key", value = "value", axis = 3 } = parts
  const product = apply("MatMul", [query, key])
  const scores = parts.scores?.(apply, product) ?? product
  const shares = apply("Softmax", [scores], { axis })
  return apply("MatMul", [parts.shares?.(apply, shares, scores) ?? shares, value])
}

/** A model of attention alone, whose result has `rank` axes, in a `version` of ONNX's operators. */
export const model = (
  inputs: Readonly<Record<string, TestTensor>>,
  parts: (apply: Apply) => Parts = () => ({}),
  rank = 4,
  version?: number,
): SmallModel => ({
  inputs,
  build: (apply) => ({ [attention(apply, parts(apply))]: rank }),
  ...(version && { version }),
})

export const number = (value: number, ...shape: readonly number[]) => filled(shape, () => value)

/** The guard of exporters: zero in the place of shares that aren't numbers. */
export const zeros = (apply: Apply, shares: string) => apply("Where", [apply("IsNaN", [shares]), number(0), shares])
export const reshape = (apply: Apply, name: string, ...to: readonly number[]) =>
  apply("Reshape", [name, integers(...to)])
export const expand = (apply: Apply, name: string, ...to: readonly number[]) => apply("Expand", [name, integers(...to)])
export const turn = (apply: Apply, name: string, ...perm: readonly number[]) => apply("Transpose", [name], { perm })

/** Holds each against ONNX Runtime; in the fast form every third, since compiling takes most of the time. */
export function testAttention(idea: string, cases: Readonly<Record<string, SmallModel>>): void {
  const why = missingDriver("pocl")
  const all = Object.entries(cases)
  const some = all.filter((_, index) => index % 3 === 0)

  describe.skipIf(why)(`What looks like attention: ${idea}${why ? ` (not here: ${why})` : ""}`, () => {
    const runner = createNetworkRunner()
    afterAll(() => runner.release())

    it.each(ofForm(all, some))("%s", async (_, one) => {
      for (const { shapes, furthest } of await both(runner, one)) {
        expect(shapes[0]).toEqual(shapes[1])
        expect(furthest).toBeLessThan(1e-5)
      }
    })
  })
}
