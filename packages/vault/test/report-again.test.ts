import { execFileSync, spawnSync } from "node:child_process"
import { chmodSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { bytesSource, type GuaranteeId, openVault, type Source, type Vault } from "@strongroom/vault"
import { describe, expect, it, onTestFinished } from "vitest"
import {
  canLookInside,
  coded,
  directoryOf,
  echoModel,
  openUnjailed,
  pidOf,
  placeOf,
  ship,
  testBackend,
} from "./support.js"

const found = (vault: Vault, id: GuaranteeId) => vault.report().guarantees.find((one) => one.id === id)

describe.runIf(canLookInside)("the report is made anew at every load:", () => {
  it("a folder that was opened to others refuses a load that demands it, and only that", async () => {
    const { model, keys } = await ship()
    const demanding = await ship(echoModel(), { policy: { guarantees: ["process.private-directory"] } })
    await using strict = await openVault({ backend: testBackend(), strict: ["process.private-directory"] })
    await using vault = await openVault({ backend: testBackend() })
    await vault.load(demanding.model, demanding.keys)
    expect(found(vault, "process.private-directory")).toMatchObject({ state: "enforced" })
    for (const open of [strict, vault]) chmodSync(directoryOf(pidOf(open)), 0o777)
    await expect(strict.load(model, keys)).rejects.toEqual(coded("policy-guarantee"))
    await expect(vault.load(demanding.model, demanding.keys)).rejects.toEqual(coded("policy-guarantee"))
    await vault.load(model, keys)
    expect(found(vault, "process.private-directory")).toMatchObject({
      state: "unavailable",
      evidence: { mode: "0777" },
    })
    chmodSync(directoryOf(pidOf(strict)), 0o700)
    await strict.load(model, keys)
  })

  it("what changes during a load is in the report that comes with it", async () => {
    const { bytes, keys } = await ship()
    await using vault = await openVault({ backend: testBackend() })
    const inner = bytesSource(bytes)
    const source: Source = {
      ...inner,
      byteLength: async () => {
        chmodSync(directoryOf(pidOf(vault)), 0o750)
        return await inner.byteLength()
      },
    }
    await vault.load(source, keys)
    expect(found(vault, "process.private-directory")).toMatchObject({ evidence: { mode: "0750" } })
  })

  it("a limit of core dumps is raised by root alone, shows, and a process that isn't dumpable leaves none", async () => {
    const { model, keys } = await ship()
    for (const open of [openVault, openUnjailed]) {
      await using vault = await open({ backend: testBackend() })
      const evidence = (softLimit: string) => ({ softLimit, dumpable: 0, raisingTheLimit: "EPERM" })
      expect(found(vault, "process.core-dumps")).toMatchObject({ state: "enforced", evidence: evidence("0") })
      // Most containers deny that to root, too.
      const { status } = spawnSync("prlimit", ["--pid", String(pidOf(vault)), "--core=1:1"])
      await vault.load(model, keys)
      const limit = status === 0 ? "1" : "0"
      expect(found(vault, "process.core-dumps")).toMatchObject({ state: "enforced", evidence: evidence(limit) })
    }
  })

  it("a folder that was moved away shows, is emptied and removed where it is, and no error names it", async () => {
    const { model, keys } = await ship()
    const vault = await openUnjailed({ backend: testBackend({ file: true }) })
    const directory = placeOf(pidOf(vault))
    const moved = join(dirname(directory), `vault-test-${process.pid}`)
    onTestFinished(() => rmSync(moved, { recursive: true, force: true }))
    renameSync(directory, moved)
    // The thread that waits has its folder; what it makes in it goes by the path that isn't there any more.
    const errors: unknown[] = []
    for (let load = 0; load < 2; load++) await vault.load(model, keys).catch((error) => errors.push(error))
    expect(errors).toContainEqual(coded("backend-failed"))
    expect(String(errors)).toContain("its folder can't be made")
    expect(String(errors)).not.toContain(directory)
    await vault.close()
    expect(existsSync(moved)).toBe(false)
  })

  it("a folder that another took the place of is told apart, and the vault's is removed where it is", async () => {
    const { model, keys } = await ship()
    const vault = await openUnjailed({ backend: testBackend() })
    const directory = placeOf(pidOf(vault))
    const moved = join(dirname(directory), `vault-test-${process.pid}-b`)
    onTestFinished(() => rmSync(moved, { recursive: true, force: true }))
    const evidence = (used: boolean) => ({ evidence: { own: true, homeTemporaryAndWorking: used } })
    expect(found(vault, "process.private-directory")).toMatchObject(evidence(true))
    renameSync(directory, moved)
    execFileSync("mkdir", ["-m", "0700", directory])
    await vault.load(model, keys)
    expect(found(vault, "process.private-directory")).toMatchObject(evidence(false))
    await vault.close()
    expect(existsSync(moved)).toBe(false)
  })

  it("in its jail a vault has its folder whatever becomes of the app's, which is removed where it was", async () => {
    const { model, keys } = await ship()
    const vault = await openVault({ backend: testBackend({ file: true }), strict: ["process.private-directory"] })
    const place = placeOf(pidOf(vault))
    const moved = join(dirname(place), `vault-test-${process.pid}-c`)
    onTestFinished(() => rmSync(moved, { recursive: true, force: true }))
    renameSync(place, moved)
    execFileSync("mkdir", ["-m", "0777", place])
    for (let load = 0; load < 2; load++) await vault.load(model, keys)
    expect(readdirSync(directoryOf(pidOf(vault)), { recursive: true }).join()).toContain("written")
    expect([...readdirSync(place), ...readdirSync(moved)]).toEqual([])
    await vault.close()
    expect(existsSync(place)).toBe(false)
  })
})
