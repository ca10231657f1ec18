import { lines, vectorType } from "./vector-text.js"

/**
 * Defines `KERNEL_turn(floatN *x)`, which transposes N vectors of N floats: each of log2(N) rounds interleaves those of the
 * first half with those of the second.
 */
export function turnVectors(width: 4 | 8 | 16): string {
  const type = vectorType(width)
  const rounds = Math.log2(width)
  const half = width / 2
  const round = (from: string, to: string) =>
    lines(
      half,
      (
        index,
      ) => `  ${to}[${2 * index}].even = ${from}[${index}].lo; ${to}[${2 * index}].odd = ${from}[${index + half}].lo;
  ${to}[${2 * index + 1}].even = ${from}[${index}].hi; ${to}[${2 * index + 1}].odd = ${from}[${index + half}].hi;`,
    )
  const names = (at: number) => (at === 0 ? "x" : `y${at}`)
  return `
static inline void KERNEL_turn(${type} *x) {
  ${type} ${Array.from({ length: rounds }, (_, at) => `${names(at + 1)}[${width}]`).join(", ")};
${lines(rounds, (at) => round(names(at), names(at + 1)))}
${lines(width, (index) => `  x[${index}] = ${names(rounds)}[${index}];`)}
}
`
}
