import { defineConfig } from "tsup"

/** What is started, not imported: the command, and the process that drivers are asked in. */
export default defineConfig({
  entry: { command: "src/command/main.ts", "discovery-child": "src/discovery/child.ts" },
  format: "esm",
  target: "es2022",
  // Without "node:" a name such as timers/promises can pass for a package or a file.
  removeNodeProtocol: false,
  sourcemap: true,
})
