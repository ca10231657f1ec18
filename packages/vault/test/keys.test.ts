import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { generateIdentity, recipientOf } from "@strongroom/core"
import type { Plaintext } from "@strongroom/core/backend"
import { beforeAll, describe, expect, it } from "vitest"
import { loadEvp } from "../src/os/evp.js"
import { readIdentities } from "../src/worker/identity-bytes.js"
import type { Keeping } from "../src/worker/keeping.js"
import { readKeys } from "../src/worker/keys.js"
import { recipientAt } from "../src/worker/secret-identity.js"
import { plainSecrets, type Secret, type SecretMemory } from "../src/worker/secret-memory.js"
import { coded, temporaryFolder } from "./support.js"

/** Remembers what it gave. */
function watched(secrets: SecretMemory): SecretMemory & { readonly given: Secret[] } {
  const given: Secret[] = []
  return {
    given,
    allocate(byteLength) {
      const secret = secrets.allocate(byteLength)
      given.push(secret)
      return secret
    },
  }
}

let keeping: Keeping & { readonly secrets: ReturnType<typeof watched> }
beforeAll(async () => {
  const evp = await loadEvp()
  keeping = { evp, secrets: watched(plainSecrets(evp.addressOf)) }
})

const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0)

describe("an identity file", () => {
  it("is overwritten when it has been read, and its key when it is closed", async () => {
    const folder = await temporaryFolder()
    const file = join(folder, "test.key")
    const { identity, recipient } = await generateIdentity()
    await writeFile(file, `# a comment\n${identity}\n`)
    await writeFile(join(folder, "test.grant"), "a grant")
    const buffers: (Plaintext & { seen?: string })[] = []
    const allocate = (byteLength: number) => {
      const bytes = new Uint8Array(byteLength)
      const one: (typeof buffers)[number] = {
        bytes,
        close() {
          one.seen = Buffer.from(bytes).toString()
          bytes.fill(0)
        },
      }
      buffers.push(one)
      return one
    }
    const keys = { grant: { file: join(folder, "test.grant") }, identity: { file }, trust: [] }
    const relay = () => Promise.reject(new Error("nobody relays"))
    const setting = { signal: new AbortController().signal, allocate, relay, debug: false, keeping }
    const read = await readKeys(keys, [], setting)
    expect(read.texts).toBe(0)
    expect(buffers).toHaveLength(1)
    expect(buffers[0]?.seen).toContain(identity)
    expect(isZero(buffers[0]?.bytes ?? Uint8Array.of(1))).toBe(true)
    // The grant, which is public, is left as it was.
    expect(Buffer.from(read.keys.grant).toString()).toBe("a grant")
    const key = keeping.secrets.given.at(-1) as Secret
    expect(recipientAt(keeping.evp, key.address)).toBe(recipient)
    read.close()
    expect(isZero(key.bytes)).toBe(true)
  })

  it("may have several identities, comments, empty lines and space around", async () => {
    const made = await Promise.all([generateIdentity(), generateIdentity()])
    const file = `\r\n# ${made[0].recipient}\r\n \t${made[0].identity} \r\n\n#\n${made[1].identity}`
    const before = keeping.secrets.given.length
    const read = readIdentities(Buffer.from(file), keeping)
    expect(read).toMatchObject({ texts: 0, identity: [{}, {}] })
    const keys = keeping.secrets.given.slice(before)
    expect(keys.map(({ address }) => recipientAt(keeping.evp, address))).toEqual(made.map((one) => one.recipient))
    read.close()
  })

  it("with other kinds of identity gives those as texts, which are counted", async () => {
    const { identity } = await generateIdentity()
    const read = readIdentities(Buffer.from(`AGE-PLUGIN-X-1ABC\n${identity}\n`), keeping)
    expect(read).toMatchObject({ texts: 1, identity: [{}, "AGE-PLUGIN-X-1ABC"] })
    expect(readIdentities(Buffer.from(identity), undefined)).toMatchObject({ texts: 1, identity: [identity] })
  })

  it("that isn't one is refused, and nothing of it stays", async () => {
    const { identity } = await generateIdentity()
    const at = (i: number, character: string) => identity.slice(0, i) + character + identity.slice(i + 1)
    const other = identity[30] === "Q" ? "P" : "Q"
    const wrong = ["", "# nothing\n", identity.slice(0, -1), `${identity}Q`, at(30, other), at(73, "1"), at(20, "b")]
    for (const text of wrong) {
      const before = keeping.secrets.given.length
      expect(() => readIdentities(Buffer.from(text), keeping)).toThrow(coded("identity-invalid"))
      for (const { bytes } of keeping.secrets.given.slice(before)) expect(isZero(bytes)).toBe(true)
    }
  })

  it("gives the same recipient as age's library, for keys of every kind of bits", async () => {
    for (let i = 0; i < 50; i++) {
      const { identity } = await generateIdentity()
      const before = keeping.secrets.given.length
      readIdentities(Buffer.from(identity), keeping)
      const key = keeping.secrets.given[before] as Secret
      expect(recipientAt(keeping.evp, key.address)).toBe(await recipientOf(identity))
    }
  })
})
