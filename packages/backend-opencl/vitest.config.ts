import { availableParallelism } from "node:os"
import { defineConfig, mergeConfig } from "vitest/config"
import base from "../../vitest.base.js"

export default mergeConfig(
  base,
  defineConfig({
    test: {
      // Two files at once also on two cores, where the default is one: compilers and vaults wait for files and processes.
      maxWorkers: Math.max(2, availableParallelism() - 1),
    },
  }),
)
