import { createHash } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  bytesSource,
  type Cryptography,
  openSealedModel,
  type Source,
  StrongroomError,
  verifySealedModel,
} from "@strongroom/core"
import { fileSource } from "@strongroom/core/node"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { artifactVectors, expectedOf, outcomeOf as outcomeOfEntry } from "../../core/test/support/artifact-vector.js"
import { readVectors, type Vector } from "../../core/test/support/vector.js"
import { loadEvp } from "../src/os/evp.js"
import { loadSegments } from "../src/os/segments.js"
import { evpCryptography } from "../src/worker/cryptography.js"
import { readIdentities } from "../src/worker/identity-bytes.js"
import type { Keeping } from "../src/worker/keeping.js"
import { plainSecrets } from "../src/worker/secret-memory.js"
import { hasNativeLibrary } from "./support.js"

// Core runs every vector over its own two sets of primitives; these are the vault's.
let stepByStep: Cryptography
let whole: Cryptography
let keeping: Keeping
let folder: string
beforeAll(async () => {
  const evp = await loadEvp()
  keeping = { evp, secrets: plainSecrets(evp.addressOf) }
  stepByStep = evpCryptography(evp, undefined, keeping.secrets)
  if (hasNativeLibrary) whole = evpCryptography(evp, await loadSegments(), keeping.secrets)
  folder = await mkdtemp(join(tmpdir(), "vault-vectors-"))
})
afterAll(() => rm(folder, { recursive: true }))

const ways = [
  "one step at a time",
  ...(hasNativeLibrary ? ["whole segments from memory", "whole segments from a file"] : []),
]

describe.each(ways)("%s", (way) => {
  it.each(readVectors().filter((vector) => vector.one("operation") !== "artifact"))("$path", async (vector) => {
    const source = way.endsWith("file") ? fileSource(await written(vector.body)) : bytesSource(vector.body)
    const result = vector.one("expect")
    const found = await outcomeOf(vector, source, way.startsWith("one") ? stepByStep : whole)
    expect(found).toEqual({ result, parts: result === "success" ? vector.all("part") : [] })
    await source.close()
  })
})

describe("entries of a store", () => {
  it.each(artifactVectors)("$path", async (vector) => {
    expect(await outcomeOfEntry(vector, stepByStep)).toEqual(expectedOf(vector))
  })
})

async function written(body: Uint8Array): Promise<string> {
  const path = join(folder, "model.sealed")
  await writeFile(path, body)
  return path
}

async function outcomeOf(
  vector: Vector,
  source: Source,
  cryptography: Cryptography,
): Promise<{ result: string; parts: readonly string[] }> {
  const now = new Date(vector.one("now") as string)
  const trust = trustOf(vector)
  try {
    if (vector.one("operation") === "verify") {
      await verifySealedModel(source, { trust, now, cryptography })
      return { result: "success", parts: [] }
    }
    const passphrase = vector.one("passphrase")
    // As the vault reads them: from a file's bytes, so that X25519 keys never are text.
    const identity =
      passphrase === undefined
        ? readIdentities(Buffer.from(vector.all("identity").join("\n")), keeping).identity
        : { passphrase }
    const grant = bytesOf(vector.one("grant") ?? "", "base64")
    const place = placeOf(vector)
    await using model = await openSealedModel(source, { grant, identity, trust, now }, { cryptography, place })
    const parts: string[] = []
    for (const part of model.parts) {
      const bytes = await part.bytes()
      parts.push(`${createHash("sha256").update(bytes).digest("hex")} ${bytes.length} ${part.role} ${part.name}`)
    }
    return { result: "success", parts }
  } catch (error) {
    if (!StrongroomError.is(error)) throw error
    return { result: error.code, parts: [] }
  }
}

/** A keyring is for the first publisher. */
function trustOf(vector: Vector) {
  const keyring = vector.one("keyring")
  const least = vector.one("least-keyring-version")
  return vector.all("trust").map((publisher) => ({
    publisher: pemOf(publisher),
    ...(keyring !== undefined && { keyring: bytesOf(keyring, "base64") }),
    ...(least !== undefined && { leastKeyringVersion: Number(least) }),
  }))
}

function placeOf(vector: Vector) {
  const cachePolicy = vector.one("cache") as "off" | "memory" | "sealed" | "driver" | undefined
  const backend = vector.one("backend")
  const guarantees = vector.one("guarantees")?.split(" ")
  return {
    vault: vector.one("vault") === "true",
    ...(cachePolicy !== undefined && { cachePolicy }),
    ...(backend !== undefined && { backend }),
    ...(guarantees !== undefined && { guarantees }),
  }
}

/** SubjectPublicKeyInfo of an Ed25519 key in hex: RFC 8410. */
function pemOf(key: string): string {
  const der = Buffer.from(`302a300506032b6570032100${key}`, "hex").toString("base64")
  return `-----BEGIN PUBLIC KEY-----\n${der}\n-----END PUBLIC KEY-----\n`
}

function bytesOf(text: string, encoding: "base64"): Uint8Array {
  return Uint8Array.from(Buffer.from(text, encoding))
}
