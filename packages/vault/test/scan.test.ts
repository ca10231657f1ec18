import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { bytesSource, memoryStore, openSealedModel } from "@strongroom/core"
import { nodeCryptography } from "@strongroom/core/node"
import { openVault, tensor } from "@strongroom/vault"
import { describe, expect, it, onTestFinished } from "vitest"
import { loadEvp } from "../src/os/evp.js"
import { readIdentities } from "../src/worker/identity-bytes.js"
import { deriveKey } from "../src/worker/secret-derivation.js"
import { plainSecrets, type Secret } from "../src/worker/secret-memory.js"
import { type Secrets, scanProcess } from "./process-memory.js"
import { echoModel, pidOf, type Shipped, ship, startApp, testBackend } from "./support.js"

/** Everything that opens the model, and that it is opened by way of. */
async function secretsOf({ bytes, keys, identity, contentKey }: Shipped): Promise<Secrets> {
  const evp = await loadEvp()
  const secrets = plainSecrets(evp.addressOf)
  const keeping = { evp, secrets }
  const seen: {
    fileKey?: Uint8Array
    payloadKey?: Uint8Array
    recipientSecret?: Uint8Array
    artifactRoot?: Uint8Array
  } = {}
  const privateKey: Secret[] = []
  const watched = {
    allocate(byteLength: number) {
      const secret = secrets.allocate(byteLength)
      privateKey.push(secret)
      return secret
    },
  }
  const read = readIdentities(Buffer.from(identity), { evp, secrets: watched })
  const identityBytes = Buffer.from(privateKey[0]?.bytes ?? [])
  const [key] = read.identity
  if (typeof key !== "object" || !("unwrapFileKey" in key)) throw new Error("no key")
  const cryptography = {
    ...nodeCryptography,
    async aesGcm(key: Uint8Array) {
      seen.payloadKey = key.slice()
      return await nodeCryptography.aesGcm(key)
    },
    async hkdf(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, byteLength: number) {
      const key = await nodeCryptography.hkdf(secret, salt, info, byteLength)
      if (Buffer.from(info).includes("strongroom artifact root")) {
        Object.assign(seen, { recipientSecret: secret.slice(32), artifactRoot: key.slice() })
      }
      return key
    },
  }
  const unwrapping = {
    async unwrapFileKey(stanzas: Parameters<typeof key.unwrapFileKey>[0]) {
      const fileKey = await key.unwrapFileKey(stanzas)
      if (fileKey) seen.fileKey = fileKey.slice()
      return fileKey
    },
  }
  const open = {
    grant: new Uint8Array(readFileSync(keys.grant)),
    identity: unwrapping,
    trust: [readFileSync(String(keys.trust[0]), "utf8")],
  }
  const place = { vault: true, cachePolicy: "sealed" } as const
  await (await openSealedModel(bytesSource(bytes), open, { cryptography, place })).close()
  const { fileKey, payloadKey, recipientSecret, artifactRoot } = seen
  if (!fileKey || !payloadKey || !recipientSecret || !artifactRoot) throw new Error("the keys weren't seen")
  const macKey = deriveKey(keeping, fileKey, new Uint8Array(0), "header").bytes.slice()
  return {
    identityBytes,
    identityText: Buffer.from(identity.slice("AGE-SECRET-KEY-1".length)),
    contentKey,
    payloadKey,
    fileKey,
    macKey,
    recipientSecret,
    artifactRoot,
  }
}

const isRoot = process.platform === "linux" && process.getuid?.() === 0

describe.skipIf(!isRoot)("the vault's whole memory, read from outside (as root only)", () => {
  it("holds no key after a load and a run, nor the weights after the session", async () => {
    const weights = new Uint8Array(randomBytes(3 * 2 ** 20))
    const shipped = await ship(echoModel("uint8", weights))
    const secrets = await secretsOf(shipped)
    const planted = new Uint8Array(randomBytes(4096))
    const searched = { ...secrets, weights: weights.subarray(2_000_000, 2_000_256), planted: planted.subarray(0, 256) }

    // Two loads, one on the thread that was there at the start, one on a later: each leaves what it leaves.
    const artifactStore = memoryStore()
    const vault = await openVault({ backend: testBackend({ artifact: true }), cache: "sealed", artifactStore })
    onTestFinished(() => vault.close())
    const sessions = [await vault.load(shipped.model, shipped.keys), await vault.load(shipped.model, shipped.keys)]
    for (const session of sessions) {
      await session.run({ x: tensor("uint8", [planted.length], planted) }, { keep: ["y"], outputs: ["y"] })
    }
    expect(await artifactStore.list()).toHaveLength(1)
    const during = scanProcess(pidOf(vault), searched)
    console.log(`in the vault: ${JSON.stringify(during)}`)
    // What was planted shows that the search works, and where.
    expect(during.found).toEqual(["planted", "weights"])
    expect(during.bytesRefused).toBeGreaterThan(0)
    for (const session of sessions) await session.close()
    const after = scanProcess(pidOf(vault), searched)
    console.log(`after the sessions: ${JSON.stringify(after)}`)
    expect(after.found.filter((name) => name !== "planted")).toEqual([])
  })

  it("differs from that of a process that opens the model by itself, where the keys are found", async () => {
    const shipped = await ship(echoModel("uint8", new Uint8Array(randomBytes(2 ** 20))))
    const secrets = await secretsOf(shipped)
    const app = await startApp(shipped, "in-process")
    const scan = scanProcess(app.vaultPid, secrets)
    console.log(`in an app: ${JSON.stringify(scan)}`)
    expect(scan.found).toEqual(expect.arrayContaining(["artifactRoot", "identityText", "payloadKey"]))
  })
})
