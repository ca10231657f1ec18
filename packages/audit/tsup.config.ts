import { defineConfig } from "tsup"

export default defineConfig({
  entry: { index: "src/index.ts", "model/planted": "src/model/planted.ts" },
  format: "esm",
  dts: { entry: { index: "src/index.ts" } },
  clean: true,
  target: "es2022",
  // Without "node:" a name such as timers/promises can pass for a package or a file.
  removeNodeProtocol: false,
  sourcemap: true,
})
