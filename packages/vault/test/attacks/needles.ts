import { randomBytes } from "node:crypto"
import { readFile } from "node:fs/promises"
import { bytesSource, type Cryptography, openSealedModel } from "@strongroom/core"
import { nodeCryptography } from "@strongroom/core/node"
import { echoModel, type Shipped, ship } from "../support.js"
import { entropy, leastEntropy } from "./tools/scan.mjs"

/** What the scanner looks for: as tools/scan.mjs takes it. */
export interface Needles {
  readonly secrets: readonly { readonly name: string; readonly hex: string }[]
  readonly windows: readonly string[]
}

const weightBytes = 8 * 2 ** 20
const windowBytes = 256
const windowCount = 32

/** Seals a model of random weights into `folder`, with all that opens it, and says by what one would know them again. */
export async function sealForAttacks(folder: string): Promise<Needles> {
  const weights = tellingWeights()
  const shipped = await ship(echoModel("float32", new Uint8Array(weights)), { folder, segmentSize: 2 ** 20 })
  const contentKey = Buffer.from(shipped.contentKey)
  const scalar = identityScalar(shipped.identity)
  return {
    secrets: [
      { name: "identity", hex: Buffer.from(shipped.identity.slice("AGE-SECRET-KEY-".length)).toString("hex") },
      { name: "identity", hex: scalar.toString("hex") },
      { name: "content key", hex: contentKey.toString("hex") },
      // As text: what prints, logs or sends a key writes it so.
      ...[contentKey, scalar].flatMap((key) =>
        (["hex", "base64"] as const).map((form) => ({
          name: "key as text",
          hex: Buffer.from(key.toString(form)).toString("hex"),
        })),
      ),
      ...(await payloadKeys(shipped)).map((key) => ({ name: "payload key", hex: Buffer.from(key).toString("hex") })),
    ],
    windows: windowsOf(weights).map((window) => window.toString("hex")),
  }
}

/** Of one in 1,300 random windows the scanner thinks that it could be anybody's: those weights aren't taken. */
function tellingWeights(): Buffer {
  const weights = randomBytes(weightBytes)
  return windowsOf(weights).every((window) => entropy(window) >= leastEntropy) ? weights : tellingWeights()
}

/** From the first byte to the last, the same distance apart. */
function windowsOf(weights: Buffer): readonly Buffer[] {
  return Array.from({ length: windowCount }, (_, index) => {
    const at = Math.floor((index * (weightBytes - windowBytes)) / (windowCount - 1))
    return weights.subarray(at, at + windowBytes)
  })
}

/** Keys that ciphers are made of while a model is opened. */
async function payloadKeys({ bytes, identity, keys }: Shipped): Promise<readonly Uint8Array[]> {
  const seen: Uint8Array[] = []
  const cryptography: Cryptography = {
    ...nodeCryptography,
    aesGcm(key) {
      seen.push(key.slice())
      return nodeCryptography.aesGcm(key)
    },
  }
  const [grant, publisher] = await Promise.all([keys.grant, String(keys.trust[0])].map((path) => readFile(path)))
  if (!grant || !publisher) throw new Error("The model was shipped without its keys")
  const model = await openSealedModel(
    bytesSource(bytes),
    { grant, identity, trust: [String(publisher)] },
    { cryptography },
  )
  await model.parts[0]?.bytes()
  await model.close()
  return seen
}

/** The 32 bytes in an age identity: Bech32, BIP 173, whose last six characters are a checksum. */
function identityScalar(identity: string): Buffer {
  const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
  const digits = identity.toLowerCase().slice("age-secret-key-1".length, -6)
  const bits = [...digits].map((digit) => alphabet.indexOf(digit).toString(2).padStart(5, "0")).join("")
  return Buffer.from(Array.from({ length: 32 }, (_, index) => Number.parseInt(bits.slice(index * 8, index * 8 + 8), 2)))
}
