import type { KernelCall } from "../kernels/kernel-call.js"

/** One of several ways to compute the same. */
export interface Candidate {
  /** Among those of its question. */
  readonly name: string
  /** About the cycles that it takes, in proportion to the others'. */
  readonly estimate: number
  /** What is launched to see how long it takes. */
  trial(): Trial
}

/** Launches, and the bytes of each buffer that they name. What is in it doesn't change how long they take. */
export interface Trial {
  readonly calls: readonly KernelCall[]
  readonly byteLengths: Readonly<Record<string, number>>
}

/** Which of several ways is the soonest on a device. */
export interface Question {
  /** All that speed depends on, as text: kinds of kernels and sizes, no names. */
  readonly key: string
  /** The soonest first, by estimate. */
  readonly candidates: readonly Candidate[]
}

/** Tells how long the candidates of a question take: numbers that are for comparing them. */
export type Tuning = (question: Question) => readonly number[]

export const estimatedTuning: Tuning = ({ candidates }) => candidates.map(({ estimate }) => estimate)

/** What is this much slower isn't worth a measurement, nor are more candidates of one kind. */
const most = { factor: 1.6, candidates: 4 }

/** Of methods of one kind, the soonest first, those that may be the soonest on a device. */
export function closest<Method extends { readonly cycles: number }>(
  methods: readonly Method[],
  count: number = most.candidates,
): readonly Method[] {
  const limit = (methods[0]?.cycles ?? 0) * most.factor
  return methods.filter(({ cycles }) => cycles <= limit).slice(0, count)
}

/** What must be saved to leave the first: measurements are never the same twice, and each other kernel is to be compiled. */
const worthwhile = 0.97

/** Where the least is; the first, unless that saves something. */
export function soonest(costs: readonly number[]): number {
  const least = Math.min(...costs)
  return least < (costs[0] as number) * worthwhile ? costs.indexOf(least) : 0
}
