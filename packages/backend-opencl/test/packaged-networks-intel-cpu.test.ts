import { opencl } from "@strongroom/backend-opencl"
import { driver, missingLargeDriver, optionsFor } from "@strongroom/test-machine"
import { describe } from "vitest"
import { comparePackagedNetworks } from "./packaged-networks.js"

const why = missingLargeDriver("intel-cpu")

describe.skipIf(why)(
  `Networks that packages bring, on Intel's OpenCL for CPUs${why ? ` (not here: ${why})` : ""}`,
  () => {
    // The loader reads it when OpenCL is first called.
    Object.assign(process.env, driver("intel-cpu"))
    comparePackagedNetworks(opencl(optionsFor("intel-cpu")))
  },
)
