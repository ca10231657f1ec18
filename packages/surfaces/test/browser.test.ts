import { builtinModules } from "node:module"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { expect, it } from "vitest"

const builtin = new Set(builtinModules)
const nodeGlobals = ["process", "Buffer", "global", "require", "setImmediate", "__dirname", "__filename"]

it.each(["../src/index.ts", "../dist/index.js"])(
  "%s bundles for a page, with nothing of Node or of others",
  async (entry) => {
    const { metafile, outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
      bundle: true,
      platform: "browser",
      format: "esm",
      target: "es2022",
      write: false,
      metafile: true,
      // Globals of Node's get names that nothing has.
      define: Object.fromEntries(nodeGlobals.map((name) => [name, "notInPages"])),
      logLevel: "silent",
    })
    const imports = Object.values(metafile.inputs).flatMap((file) => file.imports.map(({ path }) => path))
    expect(
      imports.filter((path) => path.startsWith("node:") || builtin.has(path) || path.includes("node_modules")),
    ).toEqual([])
    expect(outputFiles[0]?.text).not.toContain("notInPages")
  },
)
