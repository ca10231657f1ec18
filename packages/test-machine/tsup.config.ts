import { defineConfig } from "tsup"

export default defineConfig({
  entry: ["src/index.ts", "src/browser/index.ts"],
  format: "esm",
  dts: true,
  clean: true,
  sourcemap: true,
  target: "es2022",
  // Without "node:" a name such as timers/promises can pass for a package or a file.
  removeNodeProtocol: false,
})
