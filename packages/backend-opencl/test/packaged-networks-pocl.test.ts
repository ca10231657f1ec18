import { opencl } from "@strongroom/backend-opencl"
import { driver, missingDriver, optionsFor } from "@strongroom/test-machine"
import { describe } from "vitest"
import { comparePackagedNetworks } from "./packaged-networks.js"

const why = missingDriver("pocl")

describe.skipIf(why)(`Networks that packages bring, on PoCL${why ? ` (not here: ${why})` : ""}`, () => {
  // The loader reads it when OpenCL is first called.
  Object.assign(process.env, driver("pocl"))
  comparePackagedNetworks(opencl(optionsFor("pocl")))
})
