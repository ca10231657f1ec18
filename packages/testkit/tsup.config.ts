import { defineConfig } from "tsup"

export default defineConfig({
  // Flat: the backends' values name their modules as neighbours.
  entry: {
    index: "src/index.ts",
    page: "src/page.ts",
    wrong: "src/wrong/index.ts",
    "sink-engine": "src/sink-engine.ts",
    "reference-engine": "src/reference/engine.ts",
    "compiling-engine": "src/compiling/engine.ts",
    "wrong-engine": "src/wrong/engine.ts",
  },
  format: "esm",
  dts: { entry: { index: "src/index.ts", page: "src/page.ts", wrong: "src/wrong/index.ts" } },
  clean: true,
  splitting: true,
  sourcemap: true,
  target: "es2022",
  // Without "node:" a name such as timers/promises can pass for a package or a file.
  removeNodeProtocol: false,
})
