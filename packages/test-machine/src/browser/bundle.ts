import { build, type Plugin } from "esbuild"

/** A page's code as an app's bundler would make it: files by path, of which `/page.js` is the first. */
export interface Bundle {
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Which of them are loaded with the page; others are loaded when they are imported. */
  readonly atOnce: readonly string[]
}

/**
 * Bundles a module for pages, with code splitting, so that all it exports is in `globalThis.page`.
 *
 * @param entry The module's path.
 */
export async function bundlePage(entry: string): Promise<Bundle> {
  const exposed: Plugin = {
    name: "exposed",
    setup(pluginBuild) {
      pluginBuild.onResolve({ filter: /^page$/ }, () => ({ path: "page", namespace: "exposed" }))
      pluginBuild.onLoad({ filter: /.*/, namespace: "exposed" }, () => ({
        contents: `import * as page from ${JSON.stringify(entry)}; globalThis.page = page`,
        resolveDir: "/",
      }))
    },
  }
  // What a page doesn't use of a package's modules goes with what that needs of Node; what it uses fails where it is.
  const absent: Plugin = {
    name: "absent",
    setup(pluginBuild) {
      pluginBuild.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true, sideEffects: false }))
    },
  }
  const { outputFiles, metafile } = await build({
    entryPoints: { page: "page" },
    plugins: [exposed, absent],
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    outdir: "/",
    platform: "browser",
    format: "esm",
    target: "es2022",
    logLevel: "error",
  })
  const path = (output: string) => `/${output.replace(/^.*\//, "")}`
  const outputs = new Map(Object.entries(metafile.outputs).map(([output, { imports }]) => [path(output), imports]))
  const atOnce = new Set(["/page.js"])
  for (const file of atOnce) {
    for (const { path: imported, kind } of outputs.get(file) ?? []) {
      if (kind === "import-statement") atOnce.add(path(imported))
    }
  }
  return {
    files: new Map(outputFiles.map((file) => [path(file.path), file.contents])),
    atOnce: [...atOnce],
  }
}
