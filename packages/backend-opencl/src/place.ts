import type { Host } from "@strongroom/core/backend"
import type { Context, Queue } from "@strongroom/opencl/objects"

/** What an engine computes with. */
export interface Place {
  readonly host: Host
  readonly context: Context
  readonly queue: Queue
}
