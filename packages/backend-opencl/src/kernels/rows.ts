import type { KernelBody } from "../codegen/custom.js"
import { literal } from "../codegen/expression-code.js"
import { argument } from "../codegen/size-arguments.js"
import type { LayerNorm, Softmax } from "../graph/operation.js"
import type { Tensor } from "../graph/tensor.js"
import { tensorTypes } from "../graph/tensor-type.js"

/** Kernels of which each work-item computes a row: the last dimension of a contiguous tensor. */

const lanes = 16

export function softmaxRows({ inputs, isLogarithm }: Softmax): KernelBody {
  const [input] = inputs as [Tensor]
  const { computed } = tensorTypes[input.type]
  const length = input.shape.at(-1) ?? 1
  const row = rowsOf(input, length)
  // A row of minus infinities has NaN, as everywhere; the subtraction makes it.
  const body = `
  const int begin = i * ${argument(length)};
  ${row.fold("largest", "-INFINITY", (x) => `largest = fmax(largest, ${x});`, ["fmax(", ", ", ")"])}
  ${row.fold("sum", "0", (x) => `sum += exp(${x} - largest);`, ["(", " + ", ")"])}
  ${
    isLogarithm
      ? `const ${computed} shift = largest + log(sum);
  ${row.each((x) => `${x} - shift`)}`
      : `const ${computed} factor = 1 / sum;
  ${row.each((x) => `exp(${x} - largest) * factor`)}`
  }`
  return { body, helpers: "", items: input.size / Math.max(1, length) }
}

export function layerNormRows({ inputs, epsilon }: LayerNorm): KernelBody {
  const [input, scale, bias] = inputs as [Tensor, Tensor?, Tensor?]
  const length = input.shape.at(-1) ?? 1
  const row = rowsOf(input, length)
  const body = `${moments(input, length, epsilon)}
  ${row.each((x, other) => {
    const normal = `(${x} - mean) * inverse`
    return `${normal}${scale ? ` * ${other(1)}` : ""}${bias ? ` + ${other(2)}` : ""}`
  })}`
  return { body, helpers: "", items: input.size / Math.max(1, length) }
}

/** Rows of `length`, each to a mean of 0 and a variance of 1, times and plus a number of its channel: inputs 1 and 2. */
export function instanceNormRows(input: Tensor, channels: number, length: number, epsilon: number): KernelBody {
  const { computed } = tensorTypes[input.type]
  const body = `${moments(input, length, epsilon)}
  const ${computed} factor = inverse * LOAD1(i % ${argument(channels)}), summand = LOAD2(i % ${argument(channels)});
  ${rowsOf(input, length).each((x) => `(${x} - mean) * factor + summand`)}`
  return { body, helpers: "", items: input.size / Math.max(1, length) }
}

/** Declares the `mean` of the row from `begin`, and the `inverse` of its deviation. */
function moments(input: Tensor, length: number, epsilon: number): string {
  const { computed } = tensorTypes[input.type]
  const row = rowsOf(input, length)
  return `
  const int begin = i * ${argument(length)};
  ${row.fold("sum", "0", (x) => `sum += ${x};`, ["(", " + ", ")"])}
  const ${computed} mean = sum / ${argument(length)};
  ${row.fold("squares", "0", (x) => `squares += (${x} - mean) * (${x} - mean);`, ["(", " + ", ")"])}
  const ${computed} inverse = 1 / sqrt(squares / ${argument(length)} + ${literal(computed === "double" ? "float64" : "float32", epsilon)});`
}

interface Rows {
  /**
   * Statements that declare the variable `name` and fold the row into it.
   *
   * @param join what makes one of two: before, between and after them
   */
  fold(name: string, neutral: string, add: (x: string) => string, join: readonly [string, string, string]): string
  /** Statements that write each element. @param make of it, and of another input's at the same place in its row */
  each(make: (x: string, other: (input: number) => string) => string): string
}

/** Loops over a row from `begin`: in vectors where it has floats for one, else element by element. */
function rowsOf(input: Tensor, length: number): Rows {
  const { computed } = tensorTypes[input.type]
  const inVectors = input.type === "float32" && length >= lanes
  const whole = inVectors ? length - (length % lanes) : 0
  const rest = (body: string) =>
    whole === length ? "" : `for (int k = ${argument(whole)}; k < ${argument(length)}; k++) {\n${body}\n  }`
  return {
    fold(name, neutral, add, [before, between, after]) {
      const scalar = rest(`    const ${computed} x = LOAD0(begin + k);\n    ${add("x")}`)
      if (!inVectors) return `${computed} ${name} = ${neutral};\n  ${scalar}`
      const halves = [8, 4, 2].map((count) => {
        const type = `float${count}`
        const from = `${name}${count * 2}`
        return `${type} ${name}${count} = ${before}${from}.lo${between}${from}.hi${after};`
      })
      return `float16 ${name}16 = (float16)(${neutral});
  {
    float16 ${name} = ${name}16;
    for (int k = 0; k < ${argument(whole)}; k += ${lanes}) {
      const float16 x = vload16(0, in0 + begin + k);
      ${add("x")}
    }
    ${name}16 = ${name};
  }
  ${halves.join("\n  ")}
  float ${name} = ${before}${name}2.lo${between}${name}2.hi${after};
  ${scalar}`
    },
    each(make) {
      const scalar = rest(
        `    const ${computed} x = LOAD0(begin + k);\n    STORE0(begin + k, ${make("x", (other) => `LOAD${other}(k)`)});`,
      )
      if (!inVectors) return scalar
      return `for (int k = 0; k < ${argument(whole)}; k += ${lanes}) {
    const float16 x = vload16(0, in0 + begin + k);
    vstore16(${make("x", (other) => `vload16(0, in${other} + k)`)}, 0, out0 + begin + k);
  }
  ${scalar}`
    },
  }
}
