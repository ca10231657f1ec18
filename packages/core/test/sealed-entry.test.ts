import { randomBytes } from "node:crypto"
import { describe, expect, it } from "vitest"
import { type ArtifactKeys, artifactKeys } from "../src/artifact-store/artifact-keys.js"
import { artifactBinding } from "../src/artifact-store/binding.js"
import { openEntry, type Sealing, sealEntry } from "../src/artifact-store/sealed-entry.js"
import type { Plaintext } from "../src/backend.js"
import type { Cryptography } from "../src/crypto/cryptography.js"
import { artifactRoot } from "../src/format/keys.js"
import { padme } from "../src/format/layout.js"
import { heapPlaintext } from "../src/host/plaintext.js"
import { brotli } from "../src/node/brotli.js"
import { bothCryptographies } from "./support/cryptography.js"

const origin = {
  model: { model: "0f".repeat(16), commitment: "1e".repeat(32) },
  fingerprint: { engine: "e", version: "1", device: "d", driver: "r" },
}
const context = { model: origin.model.model, publisher: "2d".repeat(32), segmentSize: 4096, salt: "3c".repeat(32) }
const [contentKey, recipientSecret] = [new Uint8Array(32).fill(5), new Uint8Array(32).fill(6)]
const binding = await artifactBinding(origin, "artifact", "kernel 0")

async function keysOf(secret: Uint8Array, cryptography: Cryptography): Promise<ArtifactKeys> {
  const secrets = Uint8Array.of(...contentKey, ...secret)
  return artifactKeys(await artifactRoot(secrets, context, cryptography), cryptography)
}

/** Memory that remembers what is open. */
function watched() {
  const open = new Set<Plaintext>()
  const allocate = (byteLength: number) => {
    const inner = heapPlaintext(byteLength)
    const plaintext = {
      bytes: inner.bytes,
      close() {
        inner.close()
        open.delete(plaintext)
      },
    }
    open.add(plaintext)
    return plaintext
  }
  return { allocate, open }
}

function bytesOf(opened: Plaintext | string): Uint8Array | string {
  return typeof opened === "string" ? opened : Uint8Array.from(opened.bytes)
}

describe.each(bothCryptographies)("an entry, with $name", async ({ cryptography }) => {
  const keys = await keysOf(recipientSecret, cryptography)
  const sealing = (more: Partial<Sealing> = {}): Sealing => ({ keys, allocate: heapPlaintext, ...more })

  it.each([0, 1, 15, 16, 17, 1000, 65_535, 65_536, 65_537])("of %i bytes is opened again", async (byteLength) => {
    for (const compression of [undefined, brotli]) {
      for (const bytes of [Uint8Array.from(randomBytes(byteLength)), new Uint8Array(byteLength).fill(7)]) {
        const { allocate, open } = watched()
        const entry = await sealEntry(bytes, binding, sealing({ compression, allocate }))
        expect(open.size).toBe(0)
        const opened = await openEntry(entry, binding, sealing({ compression, allocate }))
        expect(bytesOf(opened)).toEqual(bytes)
        expect(open.size).toBe(1)
        ;(opened as Plaintext).close()
        expect(open.size).toBe(0)
      }
    }
  })

  it("is never the same twice, and as long as Padmé says", async () => {
    const bytes = new Uint8Array(1000).fill(7)
    const entries = [await sealEntry(bytes, binding, sealing()), await sealEntry(bytes, binding, sealing())]
    expect(Buffer.compare(entries[0] as Uint8Array, entries[1] as Uint8Array)).not.toBe(0)
    expect(entries[0]?.length).toBe(8 + 32 + padme(16 + 1000) + 16)
    const smaller = await sealEntry(bytes, binding, sealing({ compression: brotli }))
    expect(smaller.length).toBeLessThan(200)
  })

  it("is compressed where that takes a quarter of its length away", async () => {
    for (const [random, compressed] of [
      [80, false],
      [70, true],
    ] as const) {
      const bytes = new Uint8Array(100_000)
      for (let at = 0; at < random; at++) crypto.getRandomValues(bytes.subarray(at * 1000, (at + 1) * 1000))
      const entry = await sealEntry(bytes, binding, sealing({ compression: brotli }))
      expect([random, entry.length < 76_000]).toEqual([random, compressed])
      expect(bytesOf(await openEntry(entry, binding, sealing({ compression: brotli })))).toEqual(bytes)
    }
  })

  it("with any one bit changed, at any byte, is none", async () => {
    const entry = await sealEntry(Uint8Array.of(1, 2, 3), binding, sealing())
    for (let at = 0; at < entry.length; at++) {
      const changed = entry.slice()
      changed[at] = (changed[at] as number) ^ (1 << (at % 8))
      const { allocate, open } = watched()
      const found = await openEntry(changed, binding, sealing({ allocate }))
      expect([at, found]).toEqual([at, at < 7 ? "format" : at === 7 ? "version" : "authenticity"])
      expect(open.size).toBe(0)
    }
    expect(bytesOf(await openEntry(entry, binding, sealing()))).toEqual(Uint8Array.of(1, 2, 3))
  })

  it("that is cut, at any byte, or longer is none", async () => {
    const entry = await sealEntry(Uint8Array.of(1, 2, 3), binding, sealing())
    for (let length = 0; length < entry.length; length++) {
      expect(["format", "authenticity"]).toContain(await openEntry(entry.subarray(0, length), binding, sealing()))
    }
    const longer = Uint8Array.of(...entry, 0)
    expect(["format", "authenticity"]).toContain(await openEntry(longer, binding, sealing()))
  })

  it("of another key, model, seal, engine, version, device or driver is none", async () => {
    const entry = await sealEntry(Uint8Array.of(1, 2, 3), binding, sealing())
    const { model, fingerprint } = origin
    const others = await Promise.all([
      artifactBinding(origin, "artifact", "kernel 1"),
      artifactBinding(origin, "directory", "kernel 0"),
      artifactBinding({ model: { ...model, model: "00".repeat(16) }, fingerprint }, "artifact", "kernel 0"),
      artifactBinding({ model: { ...model, commitment: "00".repeat(32) }, fingerprint }, "artifact", "kernel 0"),
      ...(["engine", "version", "device", "driver"] as const).map((member) =>
        artifactBinding({ model, fingerprint: { ...fingerprint, [member]: "other" } }, "artifact", "kernel 0"),
      ),
    ])
    for (const other of others) expect(await openEntry(entry, other, sealing())).toBe("authenticity")
    expect(bytesOf(await openEntry(entry, binding, sealing()))).toEqual(Uint8Array.of(1, 2, 3))
  })

  it("of another recipient, or of the same model sealed again, is none, and has another name", async () => {
    const others = [
      await keysOf(new Uint8Array(32).fill(7), cryptography),
      artifactKeys(
        await artifactRoot(
          Uint8Array.of(...contentKey, ...recipientSecret),
          { ...context, salt: "00".repeat(32) },
          cryptography,
        ),
        cryptography,
      ),
    ]
    for (const other of others) {
      const entry = await sealEntry(Uint8Array.of(1), binding, sealing({ keys: other }))
      expect(await openEntry(entry, binding, sealing())).toBe("authenticity")
      expect(bytesOf(await openEntry(entry, binding, sealing({ keys: other })))).toEqual(Uint8Array.of(1))
      expect(await other.name(binding)).not.toBe(await keys.name(binding))
      expect(await other.name(binding)).toMatch(/^[0-9a-f]{64}$/)
    }
  })

  it("that is compressed is none where that can't be undone", async () => {
    const entry = await sealEntry(new Uint8Array(1000), binding, sealing({ compression: brotli }))
    expect(await openEntry(entry, binding, sealing())).toBe("version")
    const broken = { ...brotli, decompress: () => Promise.reject(new Error("no")) }
    expect(await openEntry(entry, binding, sealing({ compression: broken }))).toBe("format")
  })

  it("can't be made or opened once the model is closed", async () => {
    const closing = await keysOf(recipientSecret, cryptography)
    const entry = await sealEntry(Uint8Array.of(1), binding, sealing({ keys: closing }))
    closing.close()
    closing.close()
    await expect(sealEntry(Uint8Array.of(1), binding, sealing({ keys: closing }))).rejects.toThrow(TypeError)
    await expect(openEntry(entry, binding, sealing({ keys: closing }))).rejects.toThrow(TypeError)
  })
})

describe("Brotli", () => {
  // From 2 MiB on, another thread decompresses.
  it.each([1_000_000, 2 ** 21, 2 ** 21 + 1])(
    "gives its output, %i bytes, in memory that is its receiver's to overwrite, whole",
    async (length) => {
      const bytes = Uint8Array.from(randomBytes(length))
      const compressed = await brotli.compress(bytes)
      expect(compressed.buffer.byteLength).toBeGreaterThan(bytes.length)
      const whole = await brotli.decompress(compressed, bytes.length)
      expect(whole.buffer.byteLength).toBe(bytes.length + 64)
      expect(Buffer.compare(whole, bytes)).toBe(0)
    },
  )

  it.each([1000, 2 ** 21 + 1])("decodes to the length promised, %i, or not at all", async (length) => {
    const compressed = await brotli.compress(new Uint8Array(length))
    await expect(brotli.decompress(compressed, length - 1)).rejects.toThrow()
    await expect(brotli.decompress(compressed, length + 1)).rejects.toThrow(RangeError)
    await expect(brotli.decompress(compressed, 0)).rejects.toThrow()
  })
})
