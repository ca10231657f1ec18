import { defineConfig } from "tsup"

export default defineConfig({
  entry: ["src/main.ts", "src/child.ts"],
  format: "esm",
  clean: true,
  target: "es2022",
  sourcemap: true,
})
