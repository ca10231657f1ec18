import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    testTimeout: 30_000,
    // Two files at once also on two cores, where the default is one: compilers and vaults wait for files and processes.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: ["default", ["json", { outputFile: ".results/vitest.json" }]],
  },
})
