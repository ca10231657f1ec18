import type { Host } from "@strongroom/core/backend"
import type { Context, Queue } from "@strongroom/opencl/objects"
import type { Tuning } from "./options.js"

/** What an engine computes with. */
export interface Place {
  readonly host: Host
  readonly context: Context
  readonly queue: Queue
  /** Where weights are written while `queue` packs those before: what is there isn't waited for. */
  readonly uploads: Queue
  /** How the kernels of a network are chosen. */
  readonly tuning: Tuning
}

/** @param context with one device */
export function makePlace(host: Host, context: Context, tuning: Tuning = "estimated"): Place {
  return { host, context, queue: context.createQueue(), uploads: context.createQueue(), tuning }
}
