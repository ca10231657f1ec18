import { defineConfig } from "tsup"

export default defineConfig({
  entry: ["src/index.ts", "src/worker.ts"],
  format: "esm",
  dts: { entry: "src/index.ts" },
  clean: true,
  target: "es2022",
  // Without "node:" a name such as timers/promises can pass for a package or a file.
  removeNodeProtocol: false,
  sourcemap: true,
})
