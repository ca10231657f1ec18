import { defineConfig } from "tsup"

export default defineConfig({
  entry: { index: "src/index.ts", worker: "src/worker.ts", "setup/index": "src/setup/index.ts" },
  format: "esm",
  dts: { entry: { index: "src/index.ts", "setup/index": "src/setup/index.ts" } },
  clean: true,
  target: "es2022",
  // Without "node:" a name such as timers/promises can pass for a package or a file.
  removeNodeProtocol: false,
  sourcemap: true,
})
