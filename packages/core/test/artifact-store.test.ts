import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { noStore } from "../src/artifact-store/artifact-store.js"
import { artifactsFor } from "../src/artifact-store/artifacts-for.js"
import { artifactBinding } from "../src/artifact-store/binding.js"
import { memoryStore } from "../src/artifact-store/memory-store.js"
import { addCounts, noCounts } from "../src/artifact-store/tally.js"
import { toHex } from "../src/bytes.js"
import type { CachePolicy } from "../src/cache-policy.js"
import { heapPlaintext } from "../src/host/plaintext.js"
import { privateDirectory } from "../src/host/private-directory.js"

const model = { model: "00".repeat(16), commitment: "11".repeat(32) }
const fingerprint = { engine: "e", version: "1", device: "d", driver: "r" }
const origin = { model, fingerprint }
const place = () => ({
  ...origin,
  store: memoryStore(),
  allocate: heapPlaintext,
  keys: undefined,
  directory: undefined,
})
const nameOf = async (of: typeof origin, key: string, form: "artifact" | "directory" = "artifact") =>
  toHex(await artifactBinding(of, form, key))

describe("memoryStore", () => {
  it("keeps copies", async () => {
    const store = memoryStore()
    const bytes = Uint8Array.of(1, 2)
    await store.put("a", bytes)
    bytes.fill(9)
    const got = await store.get("a")
    got?.fill(8)
    expect(await store.get("a")).toEqual(Uint8Array.of(1, 2))
    expect(await store.get("b")).toBeUndefined()
  })

  it("forgets the least recently used, at its limit and not before", async () => {
    const store = memoryStore({ maxBytes: 4 })
    await store.put("a", new Uint8Array(2))
    await store.put("b", new Uint8Array(2))
    await store.get("a")
    await store.put("c", new Uint8Array(1))
    expect(await store.get("b")).toBeUndefined()
    expect(await store.get("a")).toHaveLength(2)
    expect(await store.get("c")).toHaveLength(1)
    await store.put("d", new Uint8Array(5))
    expect(await store.get("d")).toBeUndefined()
    expect(await store.get("a")).toHaveLength(2)
    await store.put("a", new Uint8Array(4))
    expect(await store.get("c")).toBeUndefined()
    expect(await store.get("a")).toHaveLength(4)
  })

  it("lists what it has, and deletes", async () => {
    const store = memoryStore()
    const before = Date.now()
    await store.put("a", new Uint8Array(2))
    await store.put("b", new Uint8Array(3))
    expect(await store.list()).toMatchObject([
      { key: "a", byteLength: 2 },
      { key: "b", byteLength: 3 },
    ])
    expect((await store.list())[0]?.lastUsed.getTime()).toBeGreaterThanOrEqual(before)
    await store.delete("a")
    await store.delete("a")
    expect(await store.list()).toMatchObject([{ key: "b" }])
  })

  it("is empty after clear, and of use", async () => {
    const store = memoryStore({ maxBytes: 2 })
    await store.put("a", new Uint8Array(2))
    store.clear()
    expect(await store.get("a")).toBeUndefined()
    await store.put("b", new Uint8Array(2))
    expect(await store.get("b")).toHaveLength(2)
  })

  it("refuses a limit that is none", () => {
    expect(() => memoryStore({ maxBytes: -1 })).toThrow(RangeError)
  })
})

describe("artifactsFor", () => {
  it("keeps in memory, and gives back memory of the host's", async () => {
    const artifacts = artifactsFor("memory", place())
    expect(await artifacts.get("program")).toBeUndefined()
    await artifacts.put("program", Uint8Array.of(1, 2, 3))
    expect((await artifacts.get("program"))?.bytes).toEqual(Uint8Array.of(1, 2, 3))
  })

  it.each<CachePolicy>(["off", "driver"])("keeps nothing under %s", async (policy) => {
    const own = place()
    const artifacts = artifactsFor(policy, own)
    await artifacts.put("program", Uint8Array.of(1))
    expect(await artifacts.get("program")).toBeUndefined()
    expect(await own.store.list()).toEqual([])
  })

  it("refuses sealed without keys, and words that are no policy", () => {
    expect(() => artifactsFor("sealed", place())).toThrow(TypeError)
    expect(() => artifactsFor("everything" as never, place())).toThrow(TypeError)
  })

  it("refuses keys that aren't text, and artifacts that aren't bytes", async () => {
    const artifacts = artifactsFor("memory", place())
    await expect(artifacts.get(1 as never)).rejects.toThrow(TypeError)
    await expect(artifacts.put("a", "text" as never)).rejects.toThrow(TypeError)
    await expect(artifacts.saveDirectory("a", "/anywhere")).rejects.toThrow(TypeError)
    await expect(artifacts.restoreDirectory("a", "/anywhere")).rejects.toThrow(TypeError)
  })

  it("counts what a store that fails does, and goes on", async () => {
    let counts = noCounts
    const fails = async () => {
      throw new Error("no store today")
    }
    const store = { get: fails, put: fails, delete: fails, list: fails }
    const count = (more: typeof noCounts) => {
      counts = addCounts(counts, more)
    }
    const artifacts = artifactsFor("memory", { ...place(), store, count })
    expect(await artifacts.get("a")).toBeUndefined()
    await artifacts.put("a", Uint8Array.of(1))
    expect(counts).toEqual({ ...noCounts, failures: 2 })
  })

  it("restores a folder below the host's alone, where there is none, and says so when there is no room", async () => {
    const folder = mkdtempSync(join(tmpdir(), "strongroom-artifacts-"))
    try {
      let failures = 0
      const own = {
        ...place(),
        directory: privateDirectory(folder),
        count: (more: typeof noCounts) => {
          failures += more.failures
        },
      }
      const artifacts = artifactsFor("memory", own)
      mkdirSync(join(folder, "from"))
      writeFileSync(join(folder, "from/file"), "compiled")
      for (const outside of ["/tmp/elsewhere", "from", join(folder, "../up"), folder, `${folder}-beside`]) {
        await expect(artifacts.saveDirectory("a", outside)).rejects.toThrow(TypeError)
        await expect(artifacts.restoreDirectory("a", outside)).rejects.toThrow(TypeError)
      }
      await artifacts.saveDirectory("a", join(folder, "from"))
      expect(await artifacts.restoreDirectory("b", join(folder, "to"))).toBe(false)
      expect(await artifacts.restoreDirectory("a", join(folder, "to"))).toBe(true)
      expect(readFileSync(join(folder, "to/file"), "utf8")).toBe("compiled")
      await expect(artifacts.restoreDirectory("a", join(folder, "to"))).rejects.toThrow(TypeError)
      expect(failures).toBe(0)
      // A file where the folder should be; and one that isn't there to be saved.
      expect(await artifacts.restoreDirectory("a", join(folder, "to/file"))).toBe(false)
      await artifacts.saveDirectory("c", join(folder, "nowhere"))
      expect(failures).toBe(2)
      expect(await artifacts.restoreDirectory("c", join(folder, "other"))).toBe(false)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("closes what the engine left open", async () => {
    const artifacts = artifactsFor("memory", place())
    await artifacts.put("a", Uint8Array.of(7))
    const found = await artifacts.get("a")
    await artifacts.close()
    expect(found?.bytes).toEqual(Uint8Array.of(0))
  })

  it("binds to the seal, the engine and the key", async () => {
    const base = origin
    const keys = await Promise.all([
      nameOf(base, "key"),
      nameOf(base, "key", "directory"),
      nameOf(base, "other"),
      nameOf({ ...base, model: { ...model, model: "22".repeat(16) } }, "key"),
      nameOf({ ...base, model: { ...model, commitment: "22".repeat(32) } }, "key"),
      ...(["engine", "version", "device", "driver"] as const).map((member) =>
        nameOf({ ...base, fingerprint: { ...fingerprint, [member]: "other" } }, "key"),
      ),
      nameOf({ ...base, fingerprint: { ...fingerprint, engine: "e1", version: "" } }, "key"),
    ])
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys.every((key) => /^[0-9a-f]{64}$/.test(key))).toBe(true)
    expect(await nameOf(origin, "key")).toBe(keys[0])
  })

  it("has the keys that spec/cache-policy.md describes", async () => {
    const pieces = ["strongroom artifact 1", model.model, model.commitment, "e", "1", "d", "r", "Grüße"]
    const text = pieces.map((piece) => `${Buffer.byteLength(piece)}:${piece}`).join("")
    expect(await nameOf(origin, "Grüße")).toBe(createHash("sha256").update(text).digest("hex"))
  })

  it("has a store that keeps nothing", async () => {
    await noStore.put("a", Uint8Array.of(1))
    expect(await noStore.get("a")).toBeUndefined()
    await noStore.delete("a")
    expect(await noStore.list()).toEqual([])
  })
})
