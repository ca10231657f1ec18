import type { Backend } from "@strongroom/core/backend"
import type { Defect } from "./defects.js"

/** Every defect there is, and the case that must find it. */
export const defects: { readonly [Name in Defect]: string } = {
  "wrong-type": "types/float32",
  "transposed-output": "values/matmul",
  "reused-output-buffer": "run/outputs-stay",
  "mutated-input": "run/inputs-unchanged",
  "narrowed-int64": "values/int64",
  "narrowed-float32": "values/matmul",
  "part-name-in-error": "names/broken-graph",
  "runs-after-close": "close/no-run-after",
  "reads-aborted-inputs": "run/aborted-inputs",
  "ignores-aborts": "run/cancels",
  "declines-silently": "load/unknown-operator",
  "leaks-kept-outputs": "kept/freed",
  "allocates-without-bound": "memory/runs",
  "leaks-sessions": "memory/sessions",
  "leaves-plaintext-open": "load/plaintext-closed",
  "trusts-artifacts": "artifacts/unusable",
  "shares-weights": "load/two-models",
  "swaps-inputs": "values/input-names",
  "mixes-runs": "run/together",
  "hides-part-errors": "load/part-error",
  "declines-broken-graphs": "load/broken-graph",
  "closes-early": "close/waits",
  "gives-all-outputs": "run/engine-outputs",
  "never-empty": "shapes/empty",
  "drops-scalars": "shapes/scalar",
  "leaves-files": "close/files",
  "invented-capability": "declares/capabilities",
}

export type { Defect }

/** A backend that is `reference()` but for one defect: to see that a suite, or a host, finds it. */
export function wrong(defect: Defect): Backend {
  return {
    contract: 1,
    name: `wrong-${defect}`,
    module: new URL("./wrong-engine.js", import.meta.url).href,
    options: defect,
    needs: {},
  }
}
