import type { Host } from "@strongroom/core/backend"
import type { Context, Queue } from "@strongroom/opencl/objects"
import type { KernelKind, Tuning } from "./options.js"

/** What an engine computes with. */
export interface Place {
  readonly host: Host
  readonly context: Context
  readonly queue: Queue
  /** Where weights are written while `queue` packs those before: what is there isn't waited for. */
  readonly uploads: Queue
  /** How the kernels of a network are chosen. */
  readonly tuning: Tuning
  /** The kind of device that kernels are written for, where it isn't the device's own: for tests. */
  readonly kernels?: KernelKind
}

/** @param context with one device */
export function makePlace(host: Host, context: Context, tuning: Tuning = "estimated", kernels?: KernelKind): Place {
  const queues = { queue: context.createQueue(), uploads: context.createQueue() }
  return { host, context, ...queues, tuning, ...(kernels && { kernels }) }
}
