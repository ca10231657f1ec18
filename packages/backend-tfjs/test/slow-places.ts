/**
 * Cases of the conformance suite that pages and vaults run in the fast form of the tests, some of each kind; all of them run
 * with STRONGROOM_FULL. Each vault's session starts TensorFlow.js anew, and a browser without a GPU computes slowly.
 */
const representative: readonly string[] = [
  "declares/value",
  "types/float32",
  "types/int32",
  "types/bool",
  "types/string",
  "values/matmul",
  "values/int32",
  "values/separate-weights",
  "values/chosen-outputs",
  "shapes/dynamic",
  "shapes/empty",
  "shapes/scalar",
  "load/unknown-operator",
  "load/broken-graph",
  "load/two-models",
  "artifacts/sealed",
  "run/together",
  "run/failure",
  "run/aborted",
  "kept/state",
  "names/broken-graph",
  "names/failed-run",
  "memory/runs",
]

/** For `testBackend` and `testSuite`: which cases run, and how many, where `all` would. `more`: ids beside the list's. */
export const inSlowPlace = (all: { readonly run: number; readonly skipped: number }, more: readonly string[] = []) =>
  process.env.STRONGROOM_FULL
    ? { cases: all }
    : {
        cases: { run: representative.length + more.length, skipped: 0 },
        only: [...representative, ...more],
      }
