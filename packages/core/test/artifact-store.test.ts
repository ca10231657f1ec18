import { createHash } from "node:crypto"
import { describe, expect, it } from "vitest"
import { noStore } from "../src/artifact-store/artifact-store.js"
import { artifactKey, artifactsFor } from "../src/artifact-store/artifacts-for.js"
import { memoryStore } from "../src/artifact-store/memory-store.js"
import type { CachePolicy } from "../src/cache-policy.js"
import { heapPlaintext } from "../src/host/plaintext.js"

const model = { model: "00".repeat(16), commitment: "11".repeat(32) }
const fingerprint = { engine: "e", version: "1", device: "d", driver: "r" }
const place = () => ({ store: memoryStore(), model, fingerprint, allocate: heapPlaintext })

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
    expect(await own.store.get(await artifactKey(own, "program"))).toBeUndefined()
  })

  it("refuses sealed, which isn't there yet", () => {
    expect(() => artifactsFor("sealed", place())).toThrow(RangeError)
  })

  it("binds to the seal, the engine and the key", async () => {
    const base = place()
    const keys = await Promise.all([
      artifactKey(base, "key"),
      artifactKey(base, "other"),
      artifactKey({ ...base, model: { ...model, model: "22".repeat(16) } }, "key"),
      artifactKey({ ...base, model: { ...model, commitment: "22".repeat(32) } }, "key"),
      ...(["engine", "version", "device", "driver"] as const).map((member) =>
        artifactKey({ ...base, fingerprint: { ...fingerprint, [member]: "other" } }, "key"),
      ),
      artifactKey({ ...base, fingerprint: { ...fingerprint, engine: "e1", version: "" } }, "key"),
    ])
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys.every((key) => /^[0-9a-f]{64}$/.test(key))).toBe(true)
    expect(await artifactKey(place(), "key")).toBe(keys[0])
  })

  it("has the keys that spec/cache-policy.md describes", async () => {
    const pieces = ["strongroom artifact 1", model.model, model.commitment, "e", "1", "d", "r", "Grüße"]
    const text = pieces.map((piece) => `${Buffer.byteLength(piece)}:${piece}`).join("")
    expect(await artifactKey(place(), "Grüße")).toBe(createHash("sha256").update(text).digest("hex"))
  })

  it("has a store that keeps nothing", async () => {
    await noStore.put("a", Uint8Array.of(1))
    expect(await noStore.get("a")).toBeUndefined()
  })
})
