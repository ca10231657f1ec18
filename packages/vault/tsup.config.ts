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
  // Without "node:" a name such as timers/promises can pass for a package or a file.
  removeNodeProtocol: false,
  sourcemap: true,
})
