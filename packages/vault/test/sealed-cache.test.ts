import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { chmod, mkdir, readdir, readFile, rm, symlink } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type ArtifactStore, memoryStore } from "@strongroom/core"
import { fileStore, openVault, tensor, type Vault, type VaultKeys, type VaultOptions } from "@strongroom/vault"
import { describe, expect, it, onTestFinished } from "vitest"
import { compile } from "./fixtures/compiling.mjs"
import { coded, echoModel, type Shipped, ship } from "./support.js"

const x = tensor("float32", [1], Float32Array.of(5))
const options = { seed: "a model", byteLength: 20_000 }

function compiling(more: { readonly driver?: string; readonly folder?: boolean; readonly byteLength?: number } = {}) {
  const module = new URL("./fixtures/compiling.mjs", import.meta.url).href
  return { contract: 1, name: "compiling", module, options: { ...options, ...more }, needs: {} } as const
}

function cacheOf(vault: Vault) {
  const { mechanism, evidence } = vault.report().guarantees.find(({ id }) => id === "cache.policy") ?? {}
  return { mechanism, ...Object(evidence) }
}

/** Loads and runs: what the engine found of what it kept. */
async function findings(vault: Vault, { model, keys }: Pick<Shipped, "model"> & { readonly keys: VaultKeys }) {
  const session = await vault.load(model, keys)
  const { y, facts } = await session.run({ x })
  expect(y).toEqual(x)
  await session.close()
  return JSON.parse(Object(facts).data[0])
}

/** A vault of its own for each load. */
async function loadOnce(shipped: Pick<Shipped, "model"> & { readonly keys: VaultKeys }, more: Partial<VaultOptions>) {
  const vault = await openVault({ backend: compiling(), cache: "sealed", ...more })
  try {
    return { found: await findings(vault, shipped), ...cacheOf(vault), vault }
  } finally {
    await vault.close()
  }
}

describe("artifacts under `sealed`", () => {
  it("are found by the next vault, in pieces and in folders, and by nobody else", async () => {
    const shipped = await ship()
    const artifactStore = fileStore(join(shipped.folder, "store"))
    const backend = compiling({ folder: true })
    const first = await loadOnce(shipped, { backend, artifactStore })
    expect(first.found).toEqual({ program: "nothing", folder: { restored: false, is: "nothing" } })
    expect(first.artifacts).toMatchObject({ hits: 0, misses: 2, written: 2, failures: 0 })
    expect(cacheOf(first.vault).store).toEqual({ kept: 2, failures: 0, lastFailure: "" })
    const second = await loadOnce(shipped, { backend, artifactStore })
    expect(second.found).toEqual({ program: "itself", folder: { restored: true, is: "itself" } })
    expect(second.artifacts).toMatchObject({ hits: 2, misses: 0, written: 0, failures: 0 })
    expect(second.artifacts.bytesRead).toBe(first.artifacts.bytesWritten)
    expect(second.mechanism).toContain(process.platform === "linux" ? "ciphertext" : "")

    // Another licensee of the same model has the content key.
    const other = { ...shipped, keys: await shipped.grantAgain() }
    const third = await loadOnce(other, { backend, artifactStore })
    expect(third.found).toEqual(first.found)
    expect(third.artifacts).toMatchObject({ hits: 0, misses: 2, written: 2 })
    expect(await artifactStore.list()).toHaveLength(4)
  })

  it("are told from those of another version of the driver, in turn", async () => {
    const shipped = await ship()
    const artifactStore = memoryStore()
    const found: string[] = []
    for (const driver of ["1", "2", "1", "2", "1"]) {
      found.push((await loadOnce(shipped, { backend: compiling({ driver }), artifactStore })).found.program)
    }
    expect(found).toEqual(["nothing", "nothing", "itself", "itself", "itself"])
  })

  it("serve the sessions of one vault", async () => {
    const shipped = await ship()
    await using vault = await openVault({ backend: compiling(), cache: "sealed", artifactStore: memoryStore() })
    expect((await findings(vault, shipped)).program).toBe("nothing")
    expect((await findings(vault, shipped)).program).toBe("itself")
    expect(cacheOf(vault)).toMatchObject({ policy: "sealed", artifacts: { hits: 1, misses: 1, written: 1 } })
  })

  it("are kept where this user's caches are, unless the app says where", async () => {
    const shipped = await ship()
    const cache = join(shipped.folder, "caches")
    const before = process.env.XDG_CACHE_HOME
    process.env.XDG_CACHE_HOME = cache
    try {
      await loadOnce(shipped, {})
      if (process.platform === "linux") expect(await readdir(join(cache, "strongroom/artifacts"))).toHaveLength(1)
    } finally {
      if (before === undefined) delete process.env.XDG_CACHE_HOME
      else process.env.XDG_CACHE_HOME = before
    }
  })

  it("leave nothing in the clear: neither in the store's folder nor in what a store of the app's gets", async () => {
    const shipped = await ship()
    const folder = join(shipped.folder, "store")
    const seen: Uint8Array[] = []
    const files = fileStore(folder)
    const artifactStore: ArtifactStore = {
      ...files,
      async put(key, bytes) {
        expect(key).toMatch(/^[0-9a-f]{64}$/)
        seen.push(bytes.slice())
        await files.put(key, bytes)
      },
    }
    await loadOnce(shipped, { backend: compiling({ folder: true }), artifactStore })
    const kept = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))))
    expect(kept).toHaveLength(2)
    const windows = windowsOf(compile(options))
    expect(windows.size).toBeGreaterThan(9000)
    for (const bytes of [...seen, ...kept]) expect(hits(bytes, windows)).toBe(0)
    // Nor does it compress: it is as if random.
    for (const bytes of kept) expect(entropyOf(bytes)).toBeGreaterThan(7.9)
    // The control: one planted is found, wherever it begins.
    const planted = Buffer.concat([...kept, compile(options).subarray(5001, 5017), ...kept])
    // More than one where a byte beside it is, by chance, the one that follows in the artifact, too.
    expect(hits(planted, windows)).toBeGreaterThan(0)
  })

  it("are kept or not by what the publisher allows", async () => {
    const forbidding = await ship(echoModel(), { policy: { cache: ["off"] } })
    const allowing = await ship(echoModel(), { policy: { cache: ["sealed"] } })
    await using vault = await openVault({ backend: compiling(), cache: "sealed", artifactStore: memoryStore() })
    await expect(vault.load(forbidding.model, forbidding.keys)).rejects.toEqual(coded("policy-cache"))
    expect((await findings(vault, allowing)).program).toBe("nothing")
  })
})

describe("an app, or whoever has its store, that hands in what isn't the vault's", () => {
  /** A store whose `get` gives what `change` makes of the entry. */
  function changing(change: (entry: Uint8Array, name: string) => Uint8Array | undefined) {
    const inner = memoryStore()
    const deleted: string[] = []
    const store: ArtifactStore = {
      ...inner,
      async get(name) {
        const entry = await inner.get(name)
        return entry && change(entry, name)
      },
      async delete(name) {
        deleted.push(name)
      },
    }
    return { store, inner, deleted }
  }

  it("a bit flipped at any byte of an entry has it compiled again", async () => {
    const shipped = await ship()
    const backend = compiling({ byteLength: 2 })
    let at = -1
    const { store, inner, deleted } = changing((entry) => {
      if (at >= 0) entry[at] = (entry[at] as number) ^ (1 << (at % 8))
      return entry
    })
    await using vault = await openVault({ backend, cache: "sealed", artifactStore: store })
    expect((await findings(vault, shipped)).program).toBe("nothing")
    const [entry] = await inner.list()
    const length = entry?.byteLength as number
    expect(length).toBe(8 + 32 + 18 + 16)
    for (at = 0; at < length; at++) expect([at, (await findings(vault, shipped)).program]).toEqual([at, "nothing"])
    expect(deleted).toHaveLength(length)
    expect(cacheOf(vault).artifacts).toMatchObject({
      hits: 0,
      ignored: { format: 7, version: 1, authenticity: length - 8 },
      written: length + 1,
    })
    // The control: as it is, it is used.
    at = -1
    expect((await findings(vault, shipped)).program).toBe("itself")
  })

  it("another licensee's entry, another model's, another driver's have it compiled again", async () => {
    const shipped = await ship()
    const elsewhere = await ship()
    const other = { ...shipped, keys: await shipped.grantAgain() }
    let replay: Uint8Array | undefined
    const { store, inner } = changing((entry) => replay ?? entry)
    const entryAfter = async (work: () => Promise<unknown>) => {
      const before = new Set((await inner.list()).map(({ key }) => key))
      await work()
      const [made] = (await inner.list()).filter(({ key }) => !before.has(key))
      return (await inner.get(made?.key as string)) as Uint8Array
    }
    const load = (which: typeof other | Shipped, more = {}) =>
      loadOnce(which, { backend: compiling(more), artifactStore: store })
    const own = await entryAfter(() => load(shipped))
    const planted = {
      "another licensee's": await entryAfter(() => load(other)),
      "another model's": await entryAfter(() => load(elsewhere)),
      "another driver's": await entryAfter(() => load(shipped, { driver: "2" })),
    }
    for (const [name, entry] of Object.entries(planted)) {
      replay = entry
      const { found, artifacts } = await load(shipped)
      expect([name, found.program, artifacts.ignored.authenticity]).toEqual([name, "nothing", 1])
    }
    // The control: its own is used, also from where it was copied to.
    replay = own
    expect((await load(shipped)).found.program).toBe("itself")
  })

  it("a folder's entry in a piece's place, and the other way round, are none", async () => {
    const shipped = await ship()
    const inner = memoryStore()
    const backend = compiling({ folder: true })
    await loadOnce(shipped, { backend, artifactStore: inner })
    const [one, two] = (await inner.list()).map(({ key }) => key) as [string, string]
    const [first, second] = [await inner.get(one), await inner.get(two)] as [Uint8Array, Uint8Array]
    await inner.put(one, second)
    await inner.put(two, first)
    const { found, artifacts } = await loadOnce(shipped, { backend, artifactStore: inner })
    expect(found).toEqual({ program: "nothing", folder: { restored: false, is: "nothing" } })
    expect(artifacts).toMatchObject({ hits: 0, ignored: { authenticity: 2 }, written: 2 })
  })

  it.each<[string, () => Promise<unknown>]>([
    ["nothing but zeros", async () => new Uint8Array(100)],
    ["nothing", async () => new Uint8Array(0)],
    ["a shared library", async () => readFile(process.execPath).then((bytes) => bytes.subarray(0, 200_000))],
    ["text where bytes should be", async () => "entry"],
    ["an error", async () => Promise.reject(new Error("no store\ntoday"))],
    [
      "an error at once",
      () => {
        throw new TypeError("no store")
      },
    ],
  ])("%s loads all the same", async (_, get) => {
    const shipped = await ship()
    const artifactStore = { ...memoryStore(), get: get as ArtifactStore["get"] }
    const { found, artifacts } = await loadOnce(shipped, { backend: compiling({ folder: true }), artifactStore })
    expect(found).toEqual({ program: "nothing", folder: { restored: false, is: "nothing" } })
    expect(artifacts).toMatchObject({ hits: 0, misses: 0, written: 2 })
  })
})

describe("a store that doesn't work", () => {
  it("stops no load, and the report says why in one line", async () => {
    const shipped = await ship()
    const link = join(shipped.folder, "link")
    await symlink(shipped.folder, link)
    const { found, vault } = await loadOnce(shipped, { artifactStore: fileStore(link) })
    expect(found.program).toBe("nothing")
    const { mechanism, store } = cacheOf(vault)
    expect(store).toMatchObject({ kept: 0, failures: 2 })
    expect(store.lastFailure).toMatch(/^The artifact store can't be used: its folder is a symbolic link[^\n]*$/)
    expect(mechanism).toContain(
      `The artifact store failed 2 times, so that more is compiled again: ${store.lastFailure}`,
    )
    expect((await readdir(shipped.folder)).some((name) => name.endsWith(".artifact"))).toBe(false)
  })

  it("that is deleted while the vault is open goes on", async () => {
    const shipped = await ship()
    const folder = join(shipped.folder, "store")
    const artifactStore = fileStore(folder)
    // Closed, so that nothing is being written any more when the folder goes.
    expect((await loadOnce(shipped, { artifactStore })).found.program).toBe("nothing")
    await using vault = await openVault({ backend: compiling(), cache: "sealed", artifactStore })
    expect((await findings(vault, shipped)).program).toBe("itself")
    await rm(folder, { recursive: true })
    expect((await findings(vault, shipped)).program).toBe("nothing")
    expect((await findings(vault, shipped)).program).toBe("itself")
  })

  it.runIf(process.getuid?.() !== undefined)("that others can write in is left alone", async () => {
    const shipped = await ship()
    const folder = join(shipped.folder, "store")
    await mkdir(folder)
    await chmod(folder, 0o777)
    const { found, vault } = await loadOnce(shipped, { artifactStore: fileStore(folder) })
    expect(found.program).toBe("nothing")
    expect(cacheOf(vault).store.lastFailure).toContain("others can write")
    expect(await readdir(folder)).toEqual([])
  })

  it("is refused when it is none", async () => {
    const artifactStore = { get: async () => undefined } as never
    await expect(openVault({ backend: compiling(), cache: "sealed", artifactStore })).rejects.toThrow(/no put\(\)/)
  })
})

describe("processes", () => {
  const script = fileURLToPath(new URL("./fixtures/sealed-app.mjs", import.meta.url))
  function start(shipped: Shipped, store: string, more = {}): ChildProcess {
    const settings = { backend: compiling(more), model: shipped.model, keys: shipped.keys, store }
    const child = spawn(process.execPath, [script, JSON.stringify(settings)], { stdio: ["ignore", "pipe", "inherit"] })
    onTestFinished(() => void child.kill("SIGKILL"))
    return child
  }
  async function answerOf(child: ChildProcess) {
    const text: Buffer[] = []
    child.stdout?.on("data", (bytes) => text.push(bytes))
    await once(child, "close")
    return JSON.parse(Buffer.concat(text).toString())
  }

  it("8 at once share a store", async () => {
    const shipped = await ship()
    const store = join(shipped.folder, "store")
    const more = { folder: true, byteLength: 500_000 }
    const all = await Promise.all(Array.from({ length: 8 }, () => answerOf(start(shipped, store, more))))
    for (const { y, facts, evidence } of all) {
      expect(y).toBe(5)
      expect(["nothing", "itself"]).toContain(facts.program)
      expect(["nothing", "itself"]).toContain(facts.folder.is)
      expect(evidence.store.failures).toBe(0)
    }
    const last = await answerOf(start(shipped, store, more))
    expect(last.facts).toEqual({ program: "itself", folder: { restored: true, is: "itself" } })
    expect((await readdir(store)).sort()).toHaveLength(2)
  })

  it("that are killed at any time leave a store that works", async () => {
    const shipped = await ship()
    const store = join(shipped.folder, "store")
    const more = { byteLength: 8_000_000 }
    let interrupted = 0
    // Until something was under way at a kill, which is the control: when that is, is chance.
    for (let kill = 0; kill < 8 || (interrupted === 0 && kill < 60); kill++) {
      const child = start(shipped, store, more)
      // As soon as it writes: then a little later each time.
      while (child.exitCode === null && (await readdir(store).catch(() => [])).length === 0) await pause(1)
      await pause((kill % 8) * 3)
      child.kill("SIGKILL")
      if (child.exitCode === null) await once(child, "close")
      const names = await readdir(store)
      interrupted += names.filter((name) => name.endsWith(".part")).length
      const { facts, evidence } = await answerOf(start(shipped, store, more))
      expect(["nothing", "itself"]).toContain(facts.program)
      expect(evidence.artifacts.ignored).toEqual({ format: 0, version: 0, authenticity: 0 })
      await rm(store, { recursive: true })
    }
    expect(interrupted).toBeGreaterThan(0)
  })
})

const windowBytes = 16

/** Windows of the half that isn't text. */
function windowsOf(bytes: Uint8Array): ReadonlySet<string> {
  const windows = new Set<string>()
  for (let at = 0; at + windowBytes <= bytes.length / 2; at++) {
    windows.add(Buffer.from(bytes.subarray(at, at + windowBytes)).toString("latin1"))
  }
  return windows
}

/** How many of the windows are in there, at any place. */
function hits(bytes: Uint8Array, windows: ReadonlySet<string>): number {
  const text = Buffer.from(bytes).toString("latin1")
  let count = 0
  for (let at = 0; at + windowBytes <= text.length; at++) count += Number(windows.has(text.slice(at, at + windowBytes)))
  return count
}

/** Bits a byte. */
function entropyOf(bytes: Uint8Array): number {
  const counts = new Float64Array(256)
  for (const byte of bytes) counts[byte] = (counts[byte] as number) + 1
  return counts.reduce((sum, n) => (n === 0 ? sum : sum - (n / bytes.length) * Math.log2(n / bytes.length)), 0)
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
