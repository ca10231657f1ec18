import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { Backend } from "@strongroom/core/backend"
import { libraryPlaces } from "@strongroom/core/node"
import { openVault } from "@strongroom/vault"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { hasNativeLibrary } from "./support.js"

/** A home, with a key in it. It stays in sight, since a vault covers no temporary folder in which it must read something. */
let home: string
let key: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "strongroom-home-"))
  vi.stubEnv("HOME", home)
  key = join(home, ".ssh/id_ed25519")
  await mkdir(dirname(key))
  await writeFile(key, "a key")
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(home, { recursive: true })
})

const fixture = new URL("./fixtures/reading.mjs", import.meta.url)

/** What the engine's code could read, in a vault that is open for `read`. */
async function outcomes(paths: readonly string[], read: readonly string[], module = fixture) {
  const backend: Backend = { contract: 1, name: "reading", module: module.href, options: { paths }, needs: { read } }
  const vault = await openVault({ backend })
  try {
    const { guarantees } = vault.report()
    const evidence = guarantees.find(({ id }) => id === "modules.known")?.evidence
    const [found] = (evidence as unknown as { readonly backend: readonly { readonly [path: string]: string }[] })
      .backend
    return paths.map((path) => found?.[path])
  } finally {
    await vault.close()
  }
}

describe.runIf(hasNativeLibrary)("a vault's code can't read the user's keys", () => {
  it("where a library lies in the user's home", async () => {
    const library = join(home, "libthing.so.1")
    const beside = join(home, "libother.so")
    for (const path of [library, beside]) await writeFile(path, "")
    // The control: what a library's folder opens, if that is the home.
    expect(await outcomes([library, beside, key], [dirname(library)])).toEqual(["read", "read", "read"])
    expect(await outcomes([library, beside, key], libraryPlaces(library))).toEqual(["read", "read", "EACCES"])
  })

  it("where a library lies in a folder of the user's home", async () => {
    const library = join(home, "lib/libthing.so.1")
    const data = join(home, "lib/thing.json")
    await mkdir(dirname(library))
    for (const path of [library, data]) await writeFile(path, "")
    expect(await outcomes([library, data, key], libraryPlaces(library))).toEqual(["read", "read", "EACCES"])
  })

  it("where a module lies in the user's home, beside a package.json", async () => {
    const module = join(home, "reading.mjs")
    const own = join(home, "modules/reading.mjs")
    const data = join(home, "modules/data.json")
    await cp(fileURLToPath(fixture), module)
    await mkdir(dirname(own))
    await cp(fileURLToPath(fixture), own)
    for (const path of [data, join(home, "package.json")]) await writeFile(path, "{}")
    expect(await outcomes([module, key], [], pathToFileURL(module))).toEqual(["read", "EACCES"])
    expect(await outcomes([data, key], [], pathToFileURL(own))).toEqual(["read", "EACCES"])
    // The control: a package that isn't the home is open as a whole.
    vi.stubEnv("HOME", "/nonexistent")
    expect(await outcomes([module, key], [], pathToFileURL(module))).toEqual(["read", "read"])
  })
})
