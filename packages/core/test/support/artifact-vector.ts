import { createHash } from "node:crypto"
import { artifactKeys } from "../../src/artifact-store/artifact-keys.js"
import { artifactBinding } from "../../src/artifact-store/binding.js"
import { openEntry } from "../../src/artifact-store/sealed-entry.js"
import { fromHex } from "../../src/bytes.js"
import type { Cryptography } from "../../src/crypto/cryptography.js"
import { artifactRoot } from "../../src/format/keys.js"
import { heapPlaintext } from "../../src/host/plaintext.js"
import { brotli } from "../../src/node/brotli.js"
import { readVectors, type Vector } from "./vector.js"

export const artifactVectors = readVectors().filter((vector) => vector.one("operation") === "artifact")

/** What an entry's vector expects. */
export function expectedOf(vector: Vector) {
  return { name: vector.one("name"), result: vector.one("expect"), artifact: vector.one("artifact") }
}

/** What is found in it. */
export async function outcomeOf(vector: Vector, cryptography: Cryptography) {
  const { name, bytes } = await readEntry(vector, cryptography)
  if (typeof bytes === "string") return { name, result: `ignored-${bytes}`, artifact: undefined }
  const digest = createHash("sha256").update(bytes).digest("hex")
  return { name, result: "success", artifact: `${digest} ${bytes.length}` }
}

/** The store's key, and the artifact's bytes or why the entry is ignored. */
export async function readEntry(vector: Vector, cryptography: Cryptography) {
  const text = (line: string) => vector.one(line) ?? ""
  const bytes = (line: string) => fromHex(text(line)) as Uint8Array
  const context = {
    model: text("model"),
    publisher: text("publisher"),
    segmentSize: Number(text("segment-size")),
    salt: text("salt"),
  }
  const secrets = Uint8Array.of(...bytes("content-key"), ...bytes("recipient-secret"))
  const keys = artifactKeys(await artifactRoot(secrets, context, cryptography), cryptography)
  const binding = await artifactBinding(
    {
      model: { model: text("model"), commitment: text("commitment") },
      fingerprint: {
        engine: text("engine"),
        version: text("version"),
        device: text("device"),
        driver: text("driver"),
      },
    },
    text("form") as "artifact" | "directory",
    text("key"),
  )
  const opened = await openEntry(vector.body, binding, { keys, allocate: heapPlaintext, compression: brotli })
  return { name: await keys.name(binding), bytes: typeof opened === "string" ? opened : opened.bytes }
}
