import { opencl } from "@strongroom/backend-opencl"
import { driver, missingDriver, optionsFor } from "@strongroom/test-machine"
import { testBackend } from "@strongroom/testkit"
import { describe, it } from "vitest"
import { bundleWriter } from "./bundle-writer.js"

// In this process, so that the driver is known by its variables: it reads them when it is loaded.
Object.assign(process.env, driver("pocl"))
const why = missingDriver("pocl")

describe.skipIf(why)(`PoCL${why ? ` (not here: ${why})` : ""}`, () => {
  testBackend({
    describe,
    it,
    create: () => opencl(optionsFor("pocl")),
    cases: { run: 59, skipped: 6 },
    writers: [bundleWriter],
  })
})
