import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createGrant, generatePublisherKeys, memorySink, sealModel } from "@strongroom/core"
import { type IdentityModule, openVault, tensor, type Vault, type VaultOptions } from "@strongroom/vault"
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { coded, echoModel, type Shipped, ship, temporaryFolder, testBackend } from "./support.js"

const module = new URL("./fixtures/identity.mjs", import.meta.url).href
const x = tensor("float32", [2], Float32Array.of(1, 2))

async function open(options: Partial<VaultOptions> = {}): Promise<Vault> {
  const vault = await openVault({ backend: testBackend(), identities: [{ module }], ...options })
  onTestFinished(() => vault.close())
  return vault
}

describe("the vault's own identity", () => {
  it("opens what a licence service grants to this one vault, and nothing else does", async () => {
    const folder = await temporaryFolder()
    const publisher = await generatePublisherKeys()
    const sink = memorySink()
    const { contentKey } = await sealModel(echoModel(), { publisher: publisher.privateKey, sink })
    const model = join(folder, "model.sealed")
    await writeFile(model, sink.bytes())
    /** The service: it knows the content key, and whoever asks. */
    const grantTo = (recipient: string) =>
      createGrant({ model: sink.bytes(), contentKey, signingKey: publisher.privateKey, recipient })

    const [vault, other] = [await open(), await open()]
    expect(vault.recipient).toMatch(/^age1[a-z0-9]{58}$/)
    expect(other.recipient).not.toBe(vault.recipient)
    const grant = await grantTo(vault.recipient ?? "")
    const keys = { grant, identity: "vault", trust: [publisher.publicKey] } as const
    const session = await vault.load(model, keys)
    expect([...((await session.run({ x })).y?.data ?? [])]).toEqual([1, 2])
    // On another of its threads too.
    await vault.load(model, keys)
    await expect(other.load(model, keys)).rejects.toEqual(coded("identity-mismatch"))
    const wiped = vault.report().guarantees.find(({ id }) => id === "memory.wiped")
    expect(wiped).toMatchObject({ state: "enforced", evidence: { texts: 0 } })
  })
})

describe("an identity module", () => {
  let shipped: Shipped
  let text: string
  let vault: Vault
  beforeAll(async () => {
    shipped = await ship(echoModel(), { folder: mkdtempSync(join(tmpdir(), "vault-test-")) })
    text = readFileSync(shipped.keys.identity.file, "utf8")
    vault = await openVault({ backend: testBackend(), identities: [{ module }] })
  })
  afterAll(async () => {
    await vault.close()
    rmSync(shipped.folder, { recursive: true })
  })
  const load = (identity: IdentityModule, options = {}, by = vault) =>
    by.load(shipped.model, { ...shipped.keys, identity }, options)

  it("gives the bytes of an identity file", async () => {
    const session = await load({ module, options: { text } })
    expect([...((await session.run({ x })).y?.data ?? [])]).toEqual([1, 2])
  })

  it("asks by way of the app, whose relay gets its bytes and a signal that ends with the load", async () => {
    const seen: { asked: string; signal: AbortSignal }[] = []
    await load({
      module,
      options: { ask: "who may?" },
      async relay(request, signal) {
        seen.push({ asked: new TextDecoder().decode(request), signal })
        expect(signal.aborted).toBe(false)
        return new TextEncoder().encode(text)
      },
    })
    expect(seen).toMatchObject([{ asked: "who may?", signal: { aborted: true } }])
  })

  const answers: [string, IdentityModule["relay"]][] = [
    ["throws", () => Promise.reject(new Error("the service is down"))],
    ["isn't there", undefined],
    ["gives no bytes", (async () => "text") as unknown as NonNullable<IdentityModule["relay"]>],
    ["gives more than 1 MiB", async () => new Uint8Array(2 ** 20 + 1)],
    ["gives what is no identity", async () => new Uint8Array(100)],
  ]
  it.each(answers)("whose relay %s: identity-invalid", async (_, relay) => {
    const identity = { module, options: { ask: "who may?" }, ...(relay && { relay }) }
    await expect(load(identity)).rejects.toEqual(coded("identity-invalid"))
  })

  it("carries 1 MiB either way", async () => {
    const lengths: number[] = []
    const relay = async (request: Uint8Array) => {
      lengths.push(request.length)
      const bytes = new Uint8Array(2 ** 20).fill(10)
      bytes.set(new TextEncoder().encode(text))
      return bytes
    }
    await load({ module, options: { ask: "a".repeat(2 ** 20) }, relay })
    expect(lengths).toEqual([2 ** 20])
  })

  it.each(["throws", "nothing", "number", "unwraps badly", "sends too much"])(
    "that misbehaves (%s) is identity-invalid, without its words",
    async (wrong) => {
      const loading = load({ module, options: { wrong }, relay: async () => new Uint8Array(1) })
      await expect(loading).rejects.toEqual(coded("identity-invalid"))
      await expect(loading).rejects.not.toThrow(/own words of|the module's own words/)
    },
  )

  it("that misbehaves is quoted with debug", async () => {
    const loud = await open({ debug: true })
    await expect(load({ module, options: { wrong: "throws" } }, {}, loud)).rejects.toThrow("the module's own words")
  })

  it.each(["hangs", "unwraps never", "relay"])(
    "that never answers (%s) is stopped by the load's signal",
    async (wrong) => {
      const stop = new AbortController()
      const reason = new Error("enough")
      let relayed: AbortSignal | undefined
      const relay = (_: Uint8Array, signal: AbortSignal) => {
        relayed = signal
        setImmediate(() => stop.abort(reason))
        return new Promise<Uint8Array>(() => {})
      }
      const loading = load({ module, options: { wrong, ask: "?" }, relay }, { signal: stop.signal })
      if (wrong !== "relay") setTimeout(() => stop.abort(reason), 300)
      await expect(loading).rejects.toBe(reason)
      if (wrong === "relay") expect(relayed?.aborted).toBe(true)
      // The vault goes on.
      await load({ module, options: { text } })
    },
  )

  it("that is missing, or has no default export, is identity-invalid", async () => {
    const without = new URL("./fixtures/identity-without-default.mjs", import.meta.url).href
    const missing = new URL("./fixtures/not-there.mjs", import.meta.url).href
    const other = await open({ identities: [{ module: without }, { module: missing }] })
    for (const module of [without, missing]) {
      await expect(load({ module }, {}, other)).rejects.toEqual(coded("identity-invalid"))
    }
  })

  it("must be a file: URL that openVault was told", async () => {
    const told = await open({ identities: [] })
    await expect(load({ module }, {}, told)).rejects.toBeInstanceOf(TypeError)
    for (const wrong of ["identity", "https://example.com/identity.mjs", 1]) {
      await expect(open({ identities: [{ module: wrong as string }] })).rejects.toBeInstanceOf(TypeError)
    }
    await expect(load({ module, relay: 1 as never })).rejects.toBeInstanceOf(TypeError)
  })

  it("can lie outside of the app's own packages: the vault is told what it will read", async () => {
    const folder = await temporaryFolder()
    const elsewhere = new URL(`file://${join(folder, "identity.mjs")}`)
    await writeFile(elsewhere, readFileSync(new URL(module)))
    const other = await open({ identities: [{ module: elsewhere.href }] })
    await load({ module: elsewhere.href, options: { text } }, {}, other)
  })
})
