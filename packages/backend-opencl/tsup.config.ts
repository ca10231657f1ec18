import { defineConfig } from "tsup"

export default defineConfig({
  entry: ["src/index.ts", "src/worker.ts"],
  format: "esm",
  dts: { entry: "src/index.ts" },
  clean: true,
  target: "es2022",
  sourcemap: true,
})
