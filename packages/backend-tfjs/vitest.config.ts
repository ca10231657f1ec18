import { defineConfig, mergeConfig } from "vitest/config"
import base from "../../vitest.base.js"

export default mergeConfig(
  base,
  defineConfig({
    test: {
      // As in a vault: TensorFlow's remarks on each SavedModel.
      env: { TF_CPP_MIN_LOG_LEVEL: "3" },
    },
  }),
)
