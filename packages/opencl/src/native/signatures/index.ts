import { version10 } from "./version-1.0.js"
import { version11 } from "./version-1.1.js"
import { version12 } from "./version-1.2.js"
import { version20 } from "./version-2.0.js"
import { version21 } from "./version-2.1.js"
import { version22 } from "./version-2.2.js"
import { version30 } from "./version-3.0.js"

/** The version of OpenCL that brought a function, and its signatures: the header's, without `const`. */
export const versions = {
  "1.0": version10,
  "1.1": version11,
  "1.2": version12,
  "2.0": version20,
  "2.1": version21,
  "2.2": version22,
  "3.0": version30,
} as const

/** Every function of OpenCL 3.0's CL/cl.h, by name. `callback` stands for a pointer to a function. */
export type Signatures = typeof version10 &
  typeof version11 &
  typeof version12 &
  typeof version20 &
  typeof version21 &
  typeof version22 &
  typeof version30
