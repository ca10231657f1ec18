import { spawn } from "node:child_process"
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs"
import { constants } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { pathToFileURL } from "node:url"
import { openVault, type Vault } from "@strongroom/vault"
import { describe, expect, it, onTestFinished } from "vitest"
import { openVaultWith } from "../src/app/vault.js"
import { thisArchitecture } from "../src/os/system-calls.js"
import { canLookInside, coded, pidOf, ship, startApp, temporaryFolder, testBackend, until, vaultOf } from "./support.js"

const found = (vault: Vault) => vault.report().guarantees.find(({ id }) => id === "process.inspector")

/** How many of a process's sockets listen for TCP connections: proc(5), net/tcp, state 0A. */
function listening(pid: number): number {
  const inodes = ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, "latin1")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter((row) => row[3] === "0A")
      .map((row) => `socket:[${row[9]}]`),
  )
  return readdirSync(`/proc/${pid}/fd`).filter((descriptor) => {
    try {
      return inodes.includes(readlinkSync(`/proc/${pid}/fd/${descriptor}`))
    } catch {
      return false
    }
  }).length
}

/** Whether SIGUSR1 has a handler, Node's own or the vault's: before, it would end the process. proc(5), bit n - 1. */
function catchesSignal(pid: number): boolean {
  const mask = /^SigCgt:\s+([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? "0"
  return (BigInt(`0x${mask}`) & (1n << BigInt(constants.signals.SIGUSR1 - 1))) !== 0n
}

const dist = new URL("../dist/", import.meta.url)

/** The vault's main module, after something else. It is in no package, so that it has no jail. */
async function mainAfter(lines: string): Promise<URL> {
  const script = join(await temporaryFolder(), "main.mjs")
  const main = new URL("worker/main.js", dist).href
  writeFileSync(script, `import inspector from "node:inspector"\n${lines}\nawait import(${JSON.stringify(main)})\n`)
  return pathToFileURL(script)
}

describe.runIf(canLookInside)("the inspector", () => {
  it.runIf(thisArchitecture())("can't be opened in a jail, which lets nothing listen", async () => {
    const script = await mainAfter("inspector.open(0)")
    const options = { backend: testBackend(), strict: ["network.none"] } as const
    await using vault = await openVaultWith(script, options, { native: new URL("native/", dist) })
    expect(listening(pidOf(vault))).toBe(0)
    expect(found(vault)).toMatchObject({ state: "enforced", evidence: { closedAtStart: false, listening: false } })
  })

  it("is opened by no signal, which doesn't end the vault either", async () => {
    const app = await startApp(await ship(), "wait")
    const control = spawn(process.execPath, ["--inspect-port=0", "-e", "setInterval(() => {}, 1000)"], {
      stdio: "ignore",
    })
    onTestFinished(() => void control.kill("SIGKILL"))
    const pid = control.pid ?? 0
    await wait(300)
    for (const one of [app.vaultPid, pid]) process.kill(one, "SIGUSR1")
    await until(() => listening(pid) === 1)
    await wait(300)
    expect(listening(app.vaultPid)).toBe(0)
  })

  it("listens in no vault that is ready, however often the signal comes while it starts", async () => {
    let ready = 0
    let signals = 0
    for (let round = 0; round < 6; round++) {
      let timer: NodeJS.Timeout | undefined
      const opening = openVault({
        backend: testBackend(),
        strict: ["process.inspector"],
        log(event) {
          if (event.event !== "started") return
          const signal = () => {
            try {
              const pid = vaultOf(event.pid ?? 0) ?? 0
              if (!catchesSignal(pid)) return
              process.kill(pid, "SIGUSR1")
              signals++
            } catch {
              // It has ended.
            }
          }
          timer = setInterval(signal, 1)
          onTestFinished(() => clearInterval(timer))
        },
      })
      const vault = await opening.catch((error) => error)
      clearInterval(timer)
      if (vault instanceof Error) {
        expect(vault).toEqual(coded("vault-start"))
        continue
      }
      expect(listening(pidOf(vault))).toBe(0)
      expect(found(vault)).toMatchObject({ state: "enforced", evidence: { listening: false } })
      ready++
      await vault.close()
    }
    expect(ready).toBeGreaterThan(0)
    expect(signals).toBeGreaterThan(0)
  })

  it("that was opened before the vault's first line is closed, and the report says so", async () => {
    await using vault = await openVaultWith(await mainAfter("inspector.open(0)"), { backend: testBackend() })
    expect(listening(pidOf(vault))).toBe(0)
    expect(found(vault)).toMatchObject({ state: "enforced", evidence: { closedAtStart: true, listening: false } })
  })

  it("that can't be closed leaves no vault", async () => {
    const script = await mainAfter(`
      import { syncBuiltinESMExports } from "node:module"
      inspector.open(0)
      inspector.close = () => {}
      syncBuiltinESMExports()`)
    await expect(openVaultWith(script, { backend: testBackend() })).rejects.toEqual(coded("vault-start"))
  })

  it("is not reported as kept away by a handler that isn't there", async () => {
    const script = await mainAfter(`
      const { on } = process
      process.on = (event, ...rest) => (event === "SIGUSR1" ? process : on.call(process, event, ...rest))
      process.debugPort = 0`)
    const vault = await openVaultWith(script, { backend: testBackend() })
    // Node that blocks the signal needs no handler.
    const { state, evidence } = found(vault) ?? {}
    expect(state).toBe(Object(evidence).signalBlocked ? "enforced" : "unavailable")
    expect(listening(pidOf(vault))).toBe(0)
    await vault.close()
  })

  it("that is opened later refuses a load that demands it", async () => {
    const { model, keys } = await ship()
    const script = await mainAfter("setTimeout(() => inspector.open(0), 1500)")
    const vault = await openVaultWith(script, { backend: testBackend(), strict: ["process.inspector"] })
    await vault.load(model, keys)
    await until(() => listening(pidOf(vault)) === 1)
    await expect(vault.load(model, keys)).rejects.toEqual(coded("policy-guarantee"))
    await vault.close()
  })
})
