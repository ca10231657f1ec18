import { defineConfig } from "tsup"

export default defineConfig({
  entry: {
    index: "src/index.ts",
    "objects/index": "src/objects/index.ts",
    discovery: "src/discovery/index.ts",
  },
  format: ["esm", "cjs"],
  dts: true,
  clean: true,
  // import.meta.url in the CommonJS build
  shims: true,
  target: "es2022",
  // Without "node:" a name such as timers/promises can pass for a package or a file.
  removeNodeProtocol: false,
  sourcemap: true,
})
