import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    testTimeout: 30_000,
    // As in a vault: TensorFlow's remarks on each SavedModel.
    env: { TF_CPP_MIN_LOG_LEVEL: "3" },
    reporters: ["default", ["json", { outputFile: ".results/vitest.json" }]],
  },
})
