import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { builtinModules } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { build } from "esbuild"
import { expect, it } from "vitest"

const builtin = new Set(builtinModules)

// In the bundle Node's globals have names that nothing has: to use one throws, and to ask for its type doesn't.
const nodeGlobals = ["process", "Buffer", "global", "require", "setImmediate", "__dirname", "__filename"]
const define = Object.fromEntries(nodeGlobals.map((name) => [name, "notInPages"]))

const page = `
  const core = await import(BUNDLE)
  const { privateKey, publicKey } = await core.generatePublisherKeys()
  const { identity, recipient } = await core.generateIdentity()
  const sink = core.memorySink()
  const source = core.bytesSource(new TextEncoder().encode("hello"))
  const model = { kind: "file", inputs: [], outputs: [], parts: [{ role: "file", name: "a", source }] }
  const { contentKey } = await core.sealModel(model, { publisher: privateKey, sink })
  const grant = await core.createGrant({ model: sink.bytes(), contentKey, signingKey: privateKey, recipient })
  const keys = { grant, identity, trust: [publicKey] }
  const opened = await core.openSealedModel(core.blobSource(new Blob([sink.bytes()])), keys)
  console.log(new TextDecoder().decode(await opened.parts[0].bytes()))
`

it.each(["../src/index.ts", "../dist/index.js"])(
  "%s bundles for a page, and works without anything of Node",
  async (entry) => {
    const folder = mkdtempSync(join(tmpdir(), "strongroom-page-"))
    try {
      const outfile = join(folder, "bundle.mjs")
      const { metafile } = await build({
        entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
        bundle: true,
        platform: "browser",
        format: "esm",
        target: "es2022",
        outfile,
        metafile: true,
        define,
        logLevel: "silent",
      })
      const files = [...Object.values(metafile.inputs), ...Object.values(metafile.outputs)]
      const imports = files.flatMap((file) => file.imports.map(({ path }) => path))
      expect(imports.filter((path) => path.startsWith("node:") || builtin.has(path))).toEqual([])
      const script = page.replace("BUNDLE", JSON.stringify(pathToFileURL(outfile)))
      const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" })
      expect(output).toBe("hello\n")
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)

it("has one StrongroomError, whichever entry it comes from", async () => {
  const load = (path: string) => import(new URL(path, import.meta.url).href)
  const [main, node] = [await load("../dist/index.js"), await load("../dist/node/index.js")]
  const source = node.fileSource(fileURLToPath(new URL("no-such-file", import.meta.url)))
  const error: unknown = await source.byteLength().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(main.StrongroomError)
})

it("says that importing changes nothing", () => {
  const { sideEffects } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
  expect(sideEffects).toBe(false)
})
