import { call, type Expression } from "./expression.js"

/**
 * Coefficients of x, x^3, ... and of 1, x^2, ... in a quotient of polynomials that is erf within -4 and 4 to seven units
 * in the last place of float32; beyond, erf is 1. As Eigen has them (MathFunctionsImpl.h, generic_fast_erf_float, release
 * 3.4), highest first.
 */
const numerator = [
  ...[-2.72614225801306e-10, 2.77068142495902e-8, -2.10102402082508e-6, -5.69250639462346e-5],
  ...[-7.3499063032685e-4, -2.95459980854025e-3, -1.60960333262415e-2],
]
const denominator = [
  ...[-1.45660718464996e-5, -2.13374055278905e-4, -1.68282697438203e-3, -7.37332916720468e-3],
  -1.42647390514189e-2,
]

/** The error function. Of float32 by additions and multiplications alone, of which a processor does many at once. */
export function erf(x: Expression): Expression {
  if (x.type !== "float32") return call("erf", x)
  const inside = call("atMost", call("atLeast", x, -4), 4)
  const square = call("mul", inside, inside)
  const quotient = call("div", call("mul", inside, polynomial(numerator, square)), polynomial(denominator, square))
  return call("atMost", call("atLeast", quotient, -1), 1)
}

/** Horner's rule. */
function polynomial([highest = 0, ...coefficients]: readonly number[], x: Expression): Expression {
  const [next = 0, ...rest] = coefficients
  return rest.reduce(
    (sum, coefficient) => call("add", call("mul", sum, x), coefficient),
    call("add", call("mul", x, highest), next),
  )
}
