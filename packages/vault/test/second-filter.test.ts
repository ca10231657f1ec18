import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Backend } from "@strongroom/core/backend"
import { openVault, type Vault } from "@strongroom/vault"
import { describe, expect, it } from "vitest"
import { filterFlags } from "../src/os/bpf.js"
import { thisArchitecture } from "../src/os/system-calls.js"
import { coded, ship } from "./support.js"

/** An engine that fakes the success of setting filters, in its own thread or in all. */
function faking(flags: number): Backend {
  const module = new URL("./fixtures/faking.mjs", import.meta.url).href
  return { contract: 1, name: "faking", module, options: { flags }, needs: {} }
}

const calls = (vault: Vault) => vault.report().guarantees.find(({ id }) => id === "syscalls.filtered")

describe.skipIf(thisArchitecture() === undefined)("an engine that fakes the success of setting filters", () => {
  it("is believed by a process that takes the call by its word", () => {
    const script = fileURLToPath(new URL("./fixtures/faked-process.mjs", import.meta.url))
    const told = execFileSync(process.execPath, [script, String(filterFlags.allThreads)], { encoding: "utf8" })
    expect(JSON.parse(told)).toEqual({ faked: 0, set: 0, lock: "EBADF", inThread: "EBADF" })
  })

  it("can't for a vault's other threads, so that the second filter is set", async () => {
    const shipped = await ship()
    await using vault = await openVault({ backend: faking(filterFlags.allThreads) })
    await vault.load(shipped.model, shipped.keys)
    expect(calls(vault)).toMatchObject({
      state: "enforced",
      evidence: {
        second: { outcome: "done" },
        backend: [{ faked: expect.any(Number), made: "EBADF" }, { loading: "EPERM" }],
      },
    })
    expect(Object(calls(vault)?.evidence).backend[0].faked).not.toBe(0)
  })

  it("can for its own thread, and then the second filter counts as not set", async () => {
    const shipped = await ship()
    await using vault = await openVault({ backend: faking(filterFlags.thisThread) })
    await vault.load(shipped.model, shipped.keys)
    expect(calls(vault)).toMatchObject({
      state: "unavailable",
      evidence: {
        second: { outcome: "ESRCH" },
        backend: [{ faked: 0, again: 0, made: "EBADF" }, { loading: "EBADF" }],
      },
    })
    const demanding = openVault({ backend: faking(filterFlags.thisThread), strict: ["syscalls.filtered"] })
    await expect(demanding).rejects.toMatchObject(coded("policy-guarantee"))
  })
})
