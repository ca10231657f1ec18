import { cpSync, mkdirSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { openVault } from "@strongroom/vault"
import { afterEach, expect, it } from "vitest"
import { temporaryFolder, testBackend } from "./support.js"

const electron = Object.getOwnPropertyDescriptor(process.versions, "electron")
afterEach(() => {
  if (electron) Object.defineProperty(process.versions, "electron", electron)
  else Reflect.deleteProperty(process.versions, "electron")
})

/** The packages of these scopes that are installed, by their names. */
function inScopes(root: string, scopes: readonly string[]): readonly string[] {
  return scopes.flatMap((scope) => readdirSync(join(root, "node_modules", scope)).map((name) => `${scope}/${name}`))
}

it("Electron's program is never taken for Node", async () => {
  Object.defineProperty(process.versions, "electron", { value: "40.0.0", configurable: true })
  await expect(openVault({ backend: testBackend() })).rejects.toThrow(/In Electron, openVault\(\) needs node/)
  await using vault = await openVault({ backend: testBackend(), node: process.execPath })
  expect(vault.report().versions.node).toBe(process.versions.node)
})

it("a vault runs in the Node that the app names", async () => {
  const node = join(await temporaryFolder(), "a node")
  cpSync(realpathSync(process.execPath), node)
  await using vault = await openVault({ backend: testBackend({ program: true }), node: pathToFileURL(node) })
  const evidence = vault.report().guarantees.find(({ id }) => id === "modules.known")?.evidence
  expect(evidence).toMatchObject({ backend: [{ program: node }] })
})

it("a vault runs what is unpacked beside the archive", async () => {
  const folder = await temporaryFolder()
  const root = fileURLToPath(new URL("../../..", import.meta.url))
  for (const name of ["app.asar", "app.asar.unpacked"]) {
    const modules = join(folder, name, "node_modules")
    mkdirSync(join(modules, "@strongroom"), { recursive: true })
    for (const one of ["age-encryption", "koffi", ...inScopes(root, ["@koromix", "@noble", "@scure"])]) {
      mkdirSync(dirname(join(modules, one)), { recursive: true })
      symlinkSync(join(root, "node_modules", one), join(modules, one))
    }
    for (const one of ["core", "vault"]) {
      cpSync(join(root, "packages", one, "dist"), join(modules, "@strongroom", one, "dist"), { recursive: true })
      cpSync(join(root, "packages", one, "package.json"), join(modules, "@strongroom", one, "package.json"))
    }
    cpSync(fileURLToPath(new URL("fixtures/backend.mjs", import.meta.url)), join(folder, name, "backend.mjs"))
  }
  // What Node in the vault must not run: in a real app, it couldn't even read it.
  writeFileSync(join(folder, "app.asar/node_modules/@strongroom/vault/dist/worker/main.js"), "process.exit(9)")
  const packed: typeof import("@strongroom/vault") = await import(
    pathToFileURL(join(folder, "app.asar/node_modules/@strongroom/vault/dist/index.js")).href
  )
  const module = pathToFileURL(join(folder, "app.asar/backend.mjs")).href
  await using vault = await packed.openVault({ backend: { ...testBackend({ program: true }), module } })
  const evidence = vault.report().guarantees.find(({ id }) => id === "modules.known")?.evidence
  expect(evidence).toMatchObject({ backend: [{ module: module.replace("app.asar", "app.asar.unpacked") }] })
})
