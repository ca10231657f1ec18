import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    reporters: ["default", ["json", { outputFile: ".results/vitest.json" }]],
    testTimeout: 300_000,
    maxConcurrency: 3,
  },
})
