import * as age from "age-encryption"
import { beforeAll, describe, expect, it } from "vitest"
// The same splitting that core gives `openAge`.
import { splitAgeFile } from "../../core/src/grant/age-file.js"
import { loadEvp } from "../src/os/evp.js"
import { systemMemory } from "../src/os/memory.js"
import { readIdentities } from "../src/worker/identity-bytes.js"
import type { Keeping } from "../src/worker/keeping.js"
import { ledgerMemory, memoryLedger } from "../src/worker/memory-ledger.js"
import { openAgeFile } from "../src/worker/secret-derivation.js"
import { plainSecrets, secretMemory } from "../src/worker/secret-memory.js"

const kinds = process.platform === "linux" ? ["secret memory", "plain memory"] : ["plain memory"]

describe.each(kinds)("an identity in %s", (kind) => {
  let keeping: Keeping
  beforeAll(async () => {
    const evp = await loadEvp()
    const system = await systemMemory()
    const isSecret = kind === "secret memory" && system !== undefined
    keeping = {
      evp,
      secrets: isSecret ? secretMemory(system, memoryLedger(ledgerMemory())) : plainSecrets(evp.addressOf),
    }
  })

  const plaintext = Uint8Array.from({ length: 96 }, (_, i) => i * 7)
  async function encrypt(recipients: readonly string[], bytes = plaintext): Promise<Uint8Array> {
    const encrypter = new age.Encrypter()
    for (const recipient of recipients) encrypter.addRecipient(recipient)
    return await encrypter.encrypt(bytes)
  }
  const keyOf = (identity: string) => {
    const { identity: read, close } = readIdentities(Buffer.from(identity), keeping)
    const [key] = read
    if (typeof key !== "object") throw new Error("It was read as a text.")
    return { key, close }
  }

  it("opens what age's library made, alone and among others, and nothing that is for others", async () => {
    const made = await Promise.all(Array.from({ length: 12 }, () => age.generateX25519Identity()))
    const recipients = await Promise.all(made.map((identity) => age.identityToRecipient(identity)))
    for (const [i, identity] of made.entries()) {
      const { key, close } = keyOf(identity)
      for (const file of [await encrypt([recipients[i] as string]), await encrypt(recipients)]) {
        const decrypter = new age.Decrypter()
        decrypter.addIdentity({ unwrapFileKey: async (stanzas) => (await key.unwrapFileKey(stanzas)) ?? null })
        expect(await decrypter.decrypt(file)).toEqual(plaintext)
      }
      const decrypter = new age.Decrypter()
      decrypter.addIdentity({ unwrapFileKey: async (stanzas) => (await key.unwrapFileKey(stanzas)) ?? null })
      await expect(decrypter.decrypt(await encrypt(recipients.filter((_, other) => other !== i)))).rejects.toThrow()
      close()
    }
  })

  it("gives a file key that is overwritten when it is closed", async () => {
    const identity = await age.generateX25519Identity()
    const file = await encrypt([await age.identityToRecipient(identity)])
    const { key, close } = keyOf(identity)
    let given = new Uint8Array()
    const decrypter = new age.Decrypter()
    decrypter.addIdentity({
      async unwrapFileKey(stanzas) {
        given = (await key.unwrapFileKey(stanzas)) as Uint8Array<ArrayBuffer>
        return given.slice()
      },
    })
    await decrypter.decrypt(file)
    expect(given.some((byte) => byte !== 0)).toBe(true)
    close()
    expect([...given]).toEqual(Array(16).fill(0))
  })

  it("refuses a share whose secret is zeros, and a stanza cut short", async () => {
    const { key } = keyOf(await age.generateX25519Identity())
    const stanza = (share: Uint8Array, body = new Uint8Array(32)) => ({
      args: ["X25519", Buffer.from(share).toString("base64").replace(/=+$/, "")],
      body,
    })
    const ofSmallOrder = [new Uint8Array(32), Uint8Array.of(1, ...new Uint8Array(31))]
    for (const share of ofSmallOrder) expect(() => key.unwrapFileKey([stanza(share)])).toThrow("small order")
    expect(() => key.unwrapFileKey([stanza(new Uint8Array(31))])).toThrow("malformed")
    expect(() => key.unwrapFileKey([stanza(Uint8Array.of(9, ...new Uint8Array(31)), new Uint8Array(31))])).toThrow()
    expect(key.unwrapFileKey([{ args: ["ssh-rsa"], body: new Uint8Array(32) }])).toBe(null)
  })

  it.each([0, 1, 96, 112])("opens the payload of a file of %i bytes, and refuses any bit flipped", async (length) => {
    const identity = await age.generateX25519Identity()
    const bytes = plaintext.slice(0, length)
    const whole = length === 112 ? new Uint8Array(112).fill(3) : bytes
    const file = await encrypt([await age.identityToRecipient(identity)], whole)
    const decrypter = new age.Decrypter()
    decrypter.addIdentity(identity)
    const end = Buffer.from(file).indexOf("\n--- ") + 5 + 43 + 1
    const fileKey = Uint8Array.from(await decrypter.decryptHeader(file.subarray(0, end)))
    const opened = openAgeFile(keeping, fileKey, splitAgeFile(file))
    expect(opened && [...opened.bytes]).toEqual([...whole])
    opened?.close()
    // Not the MAC's last character, of which base64 doesn't use all bits.
    for (let at = Buffer.from(file).indexOf("\n--- ") + 6; at < file.length; at += 3) {
      const flipped = file.slice()
      flipped[at] = (flipped[at] as number) ^ 1
      let found: unknown
      try {
        found = openAgeFile(keeping, fileKey, splitAgeFile(flipped))
      } catch {
        // Its MAC isn't base64 any more.
        found = undefined
      }
      expect(found).toBe(undefined)
    }
  })

  it("doesn't open what is longer than a secret", async () => {
    const identity = await age.generateX25519Identity()
    const file = await encrypt([await age.identityToRecipient(identity)], new Uint8Array(113))
    expect(openAgeFile(keeping, new Uint8Array(16), splitAgeFile(file))).toBe(undefined)
  })
})
