import { defineConfig } from "tsup"

export default defineConfig({
  entry: [
    "src/main.ts",
    "src/child.ts",
    "src/load-child.ts",
    "src/opencl-child.ts",
    "src/echo.ts",
    "src/round-trip.ts",
    "src/stream-child.ts",
    "src/copies/child.ts",
    "src/cache/child.ts",
    "src/inference/onnxruntime-child.ts",
    "src/inference/opencl-child.ts",
    "src/tfjs/child.ts",
  ],
  format: "esm",
  clean: true,
  target: "es2022",
  sourcemap: true,
})
