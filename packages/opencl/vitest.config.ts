import { drivers } from "@strongroom/test-machine"
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    name: drivers.pocl === undefined ? "the system's drivers" : "pocl",
    // Before anything native is loaded: it reads the variables of its process.
    env: drivers.pocl ?? {},
    testTimeout: 30_000,
    reporters: ["default", ["json", { outputFile: ".results/vitest.json" }]],
  },
})
