import { defineConfig } from "tsup"

// One build with shared chunks: `StrongroomError` is one class, whichever entry it comes from.
export default defineConfig({
  entry: ["src/index.ts", "src/node/index.ts", "src/page/index.ts", "src/backend.ts", "src/host/index.ts"],
  format: "esm",
  dts: true,
  clean: true,
  splitting: true,
  sourcemap: true,
  target: "es2022",
  // Without "node:" a name such as timers/promises can pass for a package or a file.
  removeNodeProtocol: false,
})
