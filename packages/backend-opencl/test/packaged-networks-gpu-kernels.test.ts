import { opencl } from "@strongroom/backend-opencl"
import { driver, missingDriver, optionsFor } from "@strongroom/test-machine"
import { describe } from "vitest"
import { isFull } from "./fast-form.js"
import { comparePackagedNetworks } from "./packaged-networks.js"

const why = missingDriver("pocl")

describe.skipIf(why)(`Networks that packages bring, by a GPU's kernels${why ? ` (not here: ${why})` : ""}`, () => {
  // The loader reads it when OpenCL is first called.
  Object.assign(process.env, driver("pocl"))
  const backend = opencl(optionsFor("pocl"))
  // What an app can't choose: PoCL is no GPU, but what they compute doesn't depend on the device.
  // The fast form has the one of most kinds of layers.
  comparePackagedNetworks(
    { ...backend, options: { ...(backend.options as object), kernels: "gpu" } },
    (file) => isFull || file === "ch_PP-OCRv4_det_infer",
  )
})
