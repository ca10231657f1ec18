/** An activation of recurrent operators: OpenCL C of a value, whose name is given, of a type that may be a vector. */
export type Activation = (x: string, type: string) => string

interface Definition {
  readonly alpha?: number
  readonly beta?: number
  /** By numbers as C has them. */
  readonly code: (alpha: string, beta: string) => Activation
}

const plain = (activation: Activation): Definition => ({ code: () => activation })

/** ONNX's, by names in lower case, with what alpha and beta are if they aren't given; those without take none. */
const definitions: Readonly<Record<string, Definition>> = {
  relu: plain((x, type) => `fmax(${x}, (${type})(0))`),
  // By an exponential, of which there are vectors: 1 where that is infinite, and -1 where it is 0.
  tanh: plain((x, type) => `((${type})(1) - (${type})(2) / (exp(${x} * 2) + 1))`),
  sigmoid: plain((x, type) => `((${type})(1) / (exp(-${x}) + 1))`),
  softsign: plain((x) => `(${x} / (fabs(${x}) + 1))`),
  softplus: plain((x, type) => `(fmax(${x}, (${type})(0)) + log(exp(-fabs(${x})) + 1))`),
  affine: { alpha: 1, beta: 0, code: (alpha, beta) => (x) => `(${x} * ${alpha} + ${beta})` },
  leakyrelu: { alpha: 0.01, code: (alpha) => (x) => `(${x} < 0 ? ${x} * ${alpha} : ${x})` },
  thresholdedrelu: { alpha: 1, code: (alpha) => (x, type) => `(${x} > ${alpha} ? ${x} : (${type})(0))` },
  scaledtanh: { alpha: 1, beta: 1, code: (alpha, beta) => (x) => `(tanh(${x} * ${beta}) * ${alpha})` },
  hardsigmoid: {
    alpha: 0.2,
    beta: 0.5,
    code: (alpha, beta) => (x, type) => `fmin(fmax(${x} * ${alpha} + ${beta}, (${type})(0)), (${type})(1))`,
  },
  elu: { alpha: 1, code: (alpha) => (x) => `(${x} < 0 ? (exp(${x}) - 1) * ${alpha} : ${x})` },
}

/**
 * Activations by their names, in order. Those that take an alpha or a beta take the next of these lists.
 *
 * @returns undefined where ONNX has no such name
 */
export function activationsOf(
  names: readonly string[],
  alphas: readonly number[],
  betas: readonly number[],
): readonly Activation[] | undefined {
  const left = [alphas.values(), betas.values()] as const
  const next = (from: Iterator<number>, standard: number | undefined) =>
    standard === undefined ? "" : numberCode(from.next().value ?? standard)
  const found = names.map((name) => {
    const key = name.toLowerCase()
    const definition = Object.hasOwn(definitions, key) ? definitions[key] : undefined
    return definition?.code(next(left[0], definition.alpha), next(left[1], definition.beta))
  })
  return found.every((one) => one !== undefined) ? found : undefined
}

/** In float, so that a vector of floats stays one. */
export const numberCode = (value: number): string => `(float)(${Number.isFinite(value) ? value : 0})`
