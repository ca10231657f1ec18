import { made } from "../native/check.js"
import * as CL from "../native/constants/index.js"
import type { SamplerHandle } from "../native/handles.js"
import { opencl } from "../native/opencl.js"
import { choice } from "./choice.js"
import type { Context } from "./context.js"
import { NativeObject, ownedOf } from "./native-object.js"

const addressing = {
  none: CL.ADDRESS_NONE,
  border: CL.ADDRESS_CLAMP,
  edge: CL.ADDRESS_CLAMP_TO_EDGE,
  repeat: CL.ADDRESS_REPEAT,
  mirror: CL.ADDRESS_MIRRORED_REPEAT,
} as const

const filters = { nearest: CL.FILTER_NEAREST, linear: CL.FILTER_LINEAR } as const

export interface SamplerOptions {
  /** Whether coordinates go from 0 to 1. Default false: they are pixels. */
  readonly normalized?: boolean
  /** What is read outside: the border's colour, the edge, the image again (normalized only). Default `edge`. */
  readonly addressing?: keyof typeof addressing
  /** Default `nearest`. */
  readonly filter?: keyof typeof filters
}

/** How kernels read images. */
export class Sampler extends NativeObject<SamplerHandle> {
  constructor(context: Context, options: SamplerOptions) {
    const parent = ownedOf(context)
    const mode = choice(addressing, options.addressing ?? "edge", "addressing")
    const filter = choice(filters, options.filter ?? "nearest", "filter")
    const handle = made("clCreateSampler", (status) =>
      opencl().clCreateSampler(parent.live(), Number(options.normalized ?? false), mode, filter, status),
    )
    super("sampler", handle, (sampler) => opencl().clReleaseSampler(sampler), context)
  }
}
