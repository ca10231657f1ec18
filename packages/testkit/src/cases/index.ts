import { artifactCases } from "./artifacts.js"
import { closingCases } from "./closing.js"
import type { ConformanceCase } from "./conformance-case.js"
import { declaringCases } from "./declaring.js"
import { keepingCases } from "./keeping.js"
import { loadingCases } from "./loading.js"
import { memoryCases } from "./memory.js"
import { namingCases } from "./naming.js"
import { runningCases } from "./running.js"
import { shapeCases } from "./shapes.js"
import { typeCases } from "./types.js"
import { valueCases } from "./values.js"

/** Every demand of the suite, in the order in which they run. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...declaringCases,
  ...typeCases,
  ...valueCases,
  ...shapeCases,
  ...loadingCases,
  ...artifactCases,
  ...runningCases,
  ...keepingCases,
  ...closingCases,
  ...namingCases,
  ...memoryCases,
]
