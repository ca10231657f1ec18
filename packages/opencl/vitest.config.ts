import { drivers } from "@strongroom/test-machine"
import { defineConfig, mergeConfig } from "vitest/config"
import base from "../../vitest.base.js"

export default mergeConfig(
  base,
  defineConfig({
    test: {
      name: drivers.pocl === undefined ? "the system's drivers" : "pocl",
      // Before anything native is loaded: it reads the variables of its process.
      env: drivers.pocl ?? {},
    },
  }),
)
