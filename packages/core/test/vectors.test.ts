import { createHash } from "node:crypto"
import { describe, expect, it } from "vitest"
import { fromHex } from "../src/bytes.js"
import type { CachePolicy } from "../src/cache-policy.js"
import type { Cryptography } from "../src/crypto/cryptography.js"
import { errorCodes, StrongroomError } from "../src/errors.js"
import { type Keys, openSealedModel, type SealedModel } from "../src/format/open.js"
import type { Place } from "../src/format/policy.js"
import { verifySealedModel } from "../src/format/verify.js"
import type { Identity } from "../src/grant/age.js"
import { bytesSource } from "../src/source/bytes.js"
import { encodePublicKey } from "../src/trust/pem.js"
import type { Trust } from "../src/trust/trust.js"
import { bothCryptographies } from "./support/cryptography.js"
import { manifestBytesOf } from "./support/manifest-bytes.js"
import { readVectors, type Vector } from "./support/vector.js"

const vectors = readVectors().filter((vector) => vector.one("operation") !== "artifact")

it("finds the vectors", () => {
  expect(vectors.length).toBeGreaterThanOrEqual(80)
  for (const vector of vectors) {
    expect(["success", ...Object.keys(errorCodes)], vector.path).toContain(vector.one("expect"))
  }
})

describe.each(bothCryptographies)("with $name", ({ cryptography }) => {
  it.each(vectors)("$path", async (vector) => {
    expect(await outcomeOf(vector, cryptography)).toEqual(expected(vector))
  })
})

function expected(vector: Vector) {
  const result = vector.one("expect")
  if (result !== "success") return { result }
  return { result, manifest: vector.one("manifest"), parts: vector.all("part") }
}

async function outcomeOf(vector: Vector, cryptography: Cryptography) {
  try {
    if (vector.one("operation") === "verify") {
      await verifySealedModel(bytesSource(vector.body), { trust: trustOf(vector), now: nowOf(vector), cryptography })
      return { result: "success", manifest: undefined, parts: [] }
    }
    const keys = keysOf(vector)
    const model = await openSealedModel(bytesSource(vector.body), keys, { cryptography, place: placeOf(vector) })
    try {
      const manifest = sha256(await manifestBytesOf(vector.body, keys, cryptography))
      return { result: "success", manifest, parts: await partLines(model) }
    } finally {
      await model.close()
    }
  } catch (error) {
    if (!StrongroomError.is(error)) throw error
    return { result: error.code }
  }
}

/** Reads every part in each way that there is. */
async function partLines(model: SealedModel): Promise<readonly string[]> {
  const lines: string[] = []
  for (const part of model.parts) {
    const whole = await part.bytes()
    const inPieces = createHash("sha256")
    for await (const chunk of part.chunks()) inPieces.update(chunk)
    const streamed = new Uint8Array(await new Response(part.stream()).arrayBuffer())
    const digest = sha256(whole)
    expect([inPieces.digest("hex"), sha256(streamed)]).toEqual([digest, digest])
    lines.push(`${digest} ${whole.length} ${part.role} ${part.name}`)
  }
  return lines
}

function keysOf(vector: Vector): Keys {
  const grant = Uint8Array.from(Buffer.from(vector.one("grant") ?? "", "base64"))
  return { grant, identity: identityOf(vector), trust: trustOf(vector), now: nowOf(vector) }
}

function identityOf(vector: Vector): Identity {
  const passphrase = vector.one("passphrase")
  return passphrase === undefined ? vector.all("identity") : { passphrase }
}

/** A keyring is for the first publisher. */
function trustOf(vector: Vector): readonly Trust[] {
  const keyring = vector.one("keyring")
  const least = vector.one("least-keyring-version")
  return vector.all("trust").map((publisher) => ({
    publisher: encodePublicKey(fromHex(publisher) as Uint8Array),
    ...(keyring !== undefined && { keyring: Uint8Array.from(Buffer.from(keyring, "base64")) }),
    ...(least !== undefined && { leastKeyringVersion: Number(least) }),
  }))
}

function nowOf(vector: Vector): Date {
  return new Date(vector.one("now") as string)
}

function placeOf(vector: Vector): Place {
  const cachePolicy = vector.one("cache")
  const backend = vector.one("backend")
  const guarantees = vector.one("guarantees")?.split(" ")
  return {
    vault: vector.one("vault") === "true",
    ...(cachePolicy !== undefined && { cachePolicy: cachePolicy as CachePolicy }),
    ...(backend !== undefined && { backend }),
    ...(guarantees !== undefined && { guarantees }),
    ...(guarantees !== undefined && { guarantees }),
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}
