import { defineConfig } from "tsup"

/** What is started, not imported: the command, and the process that drivers are asked in. */
export default defineConfig({
  entry: { command: "src/command/main.ts", "discovery-child": "src/discovery/child.ts" },
  format: "esm",
  target: "es2022",
  sourcemap: true,
})
