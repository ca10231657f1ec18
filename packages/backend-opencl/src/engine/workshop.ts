import type { Place } from "../place.js"
import type { Constants } from "./constants.js"
import type { DeviceMemory } from "./device-memory.js"
import type { SessionKernels } from "./kernels-of-session.js"
import type { SessionTuning } from "./tuning/session-tuning.js"
import type { Weights } from "./weights.js"

/** What plans of one session share. */
export interface Workshop {
  readonly place: Place
  readonly memory: DeviceMemory
  readonly kernels: SessionKernels
  readonly constants: Constants
  readonly weights: Weights
  readonly tuning: SessionTuning
}
