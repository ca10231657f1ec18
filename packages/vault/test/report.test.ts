import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { formatReport, type GuaranteeId, guaranteeCatalogue, openVault, tensor, type Vault } from "@strongroom/vault"
import { describe, expect, it } from "vitest"
import { vaultEnvironment } from "../src/app/environment.js"
import { nodeOptions } from "../src/app/spawn.js"
import { thisArchitecture } from "../src/os/system-calls.js"
import {
  canLookInside,
  coded,
  echoModel,
  expectedDecryption,
  openUnjailed,
  pidOf,
  placeOf,
  ship,
  testBackend,
} from "./support.js"

const x = tensor("float32", [1], Float32Array.of(1))
const byJail = ["network.none", "files.confined", "syscalls.filtered", "process.execute"] as const
const state = (vault: Vault, id: GuaranteeId) => vault.report().guarantees.find((one) => one.id === id)?.state

describe("the report", () => {
  it("tells every guarantee, as data and as text", async () => {
    await using vault = await openVault({ backend: testBackend({ observe: "modules.known" }) })
    const report = vault.report()
    expect(report.guarantees.map(({ id }) => id)).toEqual(Object.keys(guaranteeCatalogue))
    expect(report).toMatchObject({ place: "vault", backend: { name: "test", engine: "echo" }, cachePolicy: "off" })
    expect(formatReport(report)).toContain("process.environment")
    expect(report.guarantees.find(({ id }) => id === "modules.known")).toMatchObject({
      state: "unavailable",
      evidence: { backend: [{ seen: true }] },
    })
  })

  it("of a vault without a jail counts on nothing that a jail gives", async () => {
    await using vault = await openUnjailed({ backend: testBackend() })
    for (const id of [...byJail, "memory.private", "process.private-directory"] as const) {
      expect([id, state(vault, id)]).toEqual([id, "unavailable"])
    }
    const found = vault.report().guarantees.find(({ id }) => id === "files.confined")
    expect(found?.mechanism).toContain("without a C compiler")
  })

  it.runIf(thisArchitecture())("of a vault in its jail has what that gives, but for root its memory", async () => {
    await using vault = await openVault({ backend: testBackend() })
    for (const id of [...byJail, "process.private-directory"] as const) {
      expect([id, state(vault, id)]).toEqual([id, "enforced"])
    }
    expect(state(vault, "memory.private")).toBe(process.getuid?.() === 0 ? "unavailable" : "enforced")
  })

  it("shows debug as output that is on", async () => {
    await using vault = await openVault({ backend: testBackend() })
    await using loud = await openVault({ backend: testBackend(), debug: true })
    expect(state(vault, "process.output")).toBe("enforced")
    expect(state(loud, "process.output")).toBe("off")
  })

  it("counts loads, and a passphrase against the app", async () => {
    const file = await ship()
    const phrase = await ship(echoModel(), { passphrase: "open sesame" })
    await using vault = await openVault({ backend: testBackend() })
    await vault.load(file.model, file.keys)
    expect(state(vault, "keys.outside-app")).toBe("enforced")
    expect(vault.report().guarantees.find(({ id }) => id === "model.authentic")?.evidence).toEqual({ models: 1 })
    await vault.load(phrase.model, { ...phrase.keys, identity: { passphrase: "open sesame" } })
    expect(state(vault, "keys.outside-app")).toBe("off")
  })

  it("says what decrypts, once something was", async () => {
    const { model, keys } = await ship()
    await using vault = await openVault({ backend: testBackend() })
    const evidence = () => vault.report().guarantees.find(({ id }) => id === "memory.wiped")?.evidence
    expect(evidence()).toEqual({ texts: 0 })
    await vault.load(model, keys)
    expect(evidence()).toEqual({ texts: 0, decryption: expectedDecryption })
  })

  it("shows what artifacts the policy keeps: none, or as long as the vault lives", async () => {
    const { model, keys } = await ship()
    for (const [cache, found] of [
      ["off", false],
      ["memory", true],
    ] as const) {
      await using vault = await openVault({ backend: testBackend({ artifact: true }), cache })
      await vault.load(model, keys)
      await vault.load(model, keys)
      const evidence = vault.report().guarantees.find(({ id }) => id === "cache.policy")?.evidence
      expect(evidence).toMatchObject({ policy: cache, backend: expect.arrayContaining([{ found }]) })
    }
  })
})

describe("demands", () => {
  it("of the app fail closed with the list, at openVault and at load", async () => {
    const opening = openUnjailed({ backend: testBackend(), strict: true })
    await expect(opening).rejects.toEqual(coded("policy-guarantee"))
    await expect(opening).rejects.toThrow(/memory.private.*network.none/)
    const phrase = await ship(echoModel(), { passphrase: "open sesame" })
    const file = await ship()
    await using vault = await openVault({ backend: testBackend(), strict: ["keys.outside-app", "process.environment"] })
    const load = vault.load(phrase.model, { ...phrase.keys, identity: { passphrase: "open sesame" } })
    await expect(load).rejects.toEqual(coded("policy-guarantee"))
    expect((await vault.load(file.model, file.keys)).inputs).toHaveLength(1)
  })

  it("of the publisher are compared with this vault", async () => {
    await using vault = await openUnjailed({ backend: testBackend() })
    const load = async (policy: object) => {
      const { model, keys } = await ship(echoModel(), { policy })
      return await vault.load(model, keys)
    }
    await load({ vault: true, cache: ["off"], backends: ["test"], guarantees: ["process.environment"] })
    await expect(load({ guarantees: ["network.none"] })).rejects.toEqual(coded("policy-guarantee"))
    await expect(load({ cache: ["sealed"] })).rejects.toEqual(coded("policy-cache"))
    await expect(load({ backends: ["other"] })).rejects.toEqual(coded("policy-backend"))
  })
})

describe("the environment", () => {
  it("is built from nothing", async () => {
    const shipped = await ship()
    const hostile = { LD_PRELOAD: "/nowhere.so", NODE_OPTIONS: "--title=hostile", HTTP_PROXY: "http://x", SECRET: "1" }
    const before = { ...process.env }
    Object.assign(process.env, hostile)
    const needs = { environment: { ENGINE_SETTING: "1" } }
    const vault = await openVault({ backend: testBackend({ facts: true }, needs) }).finally(() => {
      for (const name of Object.keys(hostile)) delete process.env[name]
      Object.assign(process.env, before)
    })
    const session = await vault.load(shipped.model, shipped.keys)
    const facts = JSON.parse(String((await session.run({ x })).facts?.data[0]))
    const directory = facts.workingDirectory
    expect(facts.environment).toEqual(vaultEnvironment(directory, needs.environment))
    if (canLookInside) expect(placeOf(pidOf(vault))).toBe(directory)
    expect(facts.directory.startsWith(directory)).toBe(true)
    expect(facts.environment.HOME).toBe(directory)
    expect(facts.arguments).toEqual(nodeOptions())
    const report = vault.report().guarantees.find(({ id }) => id === "process.environment")
    expect(report).toMatchObject({ state: "enforced", evidence: { differing: [] } })
    expect(JSON.stringify(report?.evidence)).not.toContain(directory)
    await vault.close()
  })

  it("can't be bent by a backend's needs", async () => {
    const backend = testBackend({}, { environment: { HOME: "/" } })
    await expect(openVault({ backend })).rejects.toBeInstanceOf(TypeError)
  })

  it.runIf(process.platform === "linux")("of another kind is not reported as enforced", async () => {
    // A loader that adds a variable before Node's main: what the app can't see, the vault does.
    const folder = mkdtempSync(join(tmpdir(), "vault-test-"))
    const script = join(folder, "main.mjs")
    const main = new URL("../dist/worker/main.js", import.meta.url).href
    writeFileSync(script, `process.env.PLANTED = "1"\nawait import(${JSON.stringify(main)})\n`)
    const { openVaultWith } = await import("../src/app/vault.js")
    const vault = await openVaultWith(new URL(`file://${script}`), { backend: testBackend() })
    expect(state(vault, "process.environment")).toBe("unavailable")
    const evidence = vault.report().guarantees.find(({ id }) => id === "process.environment")?.evidence
    expect(evidence).toMatchObject({ differing: ["PLANTED"] })
    await vault.close()
    rmSync(folder, { recursive: true })
  })
})
