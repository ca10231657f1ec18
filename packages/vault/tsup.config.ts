import { defineConfig } from "tsup"

export default defineConfig({
  entry: {
    index: "src/index.ts",
    "worker/main": "src/worker/main.ts",
    "worker/session-thread": "src/worker/session-thread.ts",
  },
  format: "esm",
  dts: { entry: { index: "src/index.ts" } },
  clean: true,
  target: "es2022",
  sourcemap: true,
})
