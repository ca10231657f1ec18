// Stands where node-opencl's binding is. A build of node-opencl has what its OpenCL headers had, and its tests ask for
// VERSION_2_0 and its like to know: BUILD says which headers. This package has the functions of all of them, so that
// without BUILD nothing is left out.
const cl = require(require("./place.json"))

const since = {
  1.2: ["VERSION_1_2", "CL_VERSION_1_2", "createImage", "enqueueMarkerWithWaitList", "enqueueBarrierWithWaitList"],
  "2.0": [
    "VERSION_2_0",
    "CL_VERSION_2_0",
    "createCommandQueueWithProperties",
    "createSamplerWithProperties",
    "createPipe",
    "getPipeInfo",
  ],
}

const left = { 1.1: [...since["1.2"], ...since["2.0"]], 1.2: since["2.0"] }[process.env.BUILD] ?? []
module.exports = Object.fromEntries(Object.entries(cl).filter(([name]) => !left.includes(name)))
