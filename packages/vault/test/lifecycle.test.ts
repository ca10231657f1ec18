import { existsSync, readdirSync } from "node:fs"
import { dirname } from "node:path"
import { openVault, tensor, type VaultEvent } from "@strongroom/vault"
import { describe, expect, it } from "vitest"
import {
  canLookInside,
  coded,
  directoryOf,
  isEmptyOrGone,
  isRunning,
  openUnjailed,
  pidOf,
  placeOf,
  ship,
  startApp,
  testBackend,
  until,
  vaultOf,
} from "./support.js"

const x = tensor("float32", [1], Float32Array.of(1))

describe("a vault", () => {
  for (const [kind, open, apart] of [
    ["in its jail", openVault, true],
    ["without a jail", openUnjailed, false],
  ] as const) {
    it.runIf(canLookInside)(`${kind} removes its folder when it is closed, with what engines left there`, async () => {
      const shipped = await ship()
      const vault = await open({ backend: testBackend({ file: true }) })
      const place = placeOf(pidOf(vault))
      const session = await vault.load(shipped.model, shipped.keys)
      const files = (folder: string) => readdirSync(folder, { recursive: true }).map(String)
      expect(files(directoryOf(pidOf(vault)))).toContainEqual(expect.stringMatching(/written$/))
      expect(files(place).length === 0).toBe(apart)
      await Promise.all([vault.close(), vault.close()])
      expect(existsSync(place)).toBe(false)
      expect(isRunning(pidOf(vault))).toBe(false)
      await vault.close()
      await session.close()
      await expect(session.run({ x })).rejects.toEqual(coded("session-closed"))
      await expect(vault.load(shipped.model, shipped.keys)).rejects.toEqual(coded("vault-closed"))
      expect(vault.report().place).toBe("vault")
    })
  }

  it.each([
    ["in its jail", openVault],
    ["without a jail", openUnjailed],
  ])("%s ends by itself when it is closed", async (_, open) => {
    const ends: VaultEvent[] = []
    const log = (event: VaultEvent) => void (event.event === "ended" && ends.push(event))
    const vault = await open({ backend: testBackend(), log })
    await vault.close()
    await until(() => ends.length > 0)
    expect(ends).toEqual([{ event: "ended", code: 0, signal: null }])
  })

  it.runIf(canLookInside)("removes a session's folder with the session", async () => {
    const shipped = await ship()
    await using vault = await openVault({ backend: testBackend({ file: true }) })
    const session = await vault.load(shipped.model, shipped.keys)
    const written = () =>
      readdirSync(directoryOf(pidOf(vault)), { recursive: true }).filter((path) => String(path).endsWith("written"))
    expect(written()).toHaveLength(1)
    await session.close()
    expect(written()).toEqual([])
  })

  it("waits for an engine's run when it is closed", async () => {
    const shipped = await ship()
    const vault = await openVault({ backend: testBackend({ milliseconds: 300 }) })
    const session = await vault.load(shipped.model, shipped.keys)
    const run = session.run({ x })
    // So that the run is in the engine.
    await new Promise((resolve) => setTimeout(resolve, 50))
    await vault.close()
    expect((await run).y).toEqual(x)
  })

  it("is killed when an engine doesn't let go within 10 seconds", async () => {
    const shipped = await ship()
    const vault = await openVault({ backend: testBackend({ running: "block" }) })
    const session = await vault.load(shipped.model, shipped.keys)
    const run = session.run({ x }).catch((error) => error)
    const began = performance.now()
    await vault.close()
    expect(performance.now() - began).toBeGreaterThan(9_000)
    expect(await run).toEqual(coded("vault-closed"))
  })

  it("ends a load that is under way when it is closed", async () => {
    const shipped = await ship()
    const vault = await openVault({ backend: testBackend({ loading: "hang" }) })
    const load = vault.load(shipped.model, shipped.keys).catch((error) => error)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await vault.close()
    expect(await load).toEqual(coded("vault-closed"))
  })

  it.runIf(canLookInside)("that is killed in a run rejects all that waits, and leaves nothing", async () => {
    const shipped = await ship()
    const vault = await openVault({ backend: testBackend({ running: "block" }) })
    const sessions = await Promise.all([1, 2].map(() => vault.load(shipped.model, shipped.keys)))
    const place = placeOf(pidOf(vault))
    expect(existsSync(place)).toBe(true)
    const runs = sessions.map((session) => session.run({ x }).catch((error) => error))
    await new Promise((resolve) => setTimeout(resolve, 50))
    process.kill(pidOf(vault), "SIGKILL")
    const errors = await Promise.all(runs)
    expect(errors).toEqual([coded("vault-exited"), coded("vault-exited")])
    expect(errors[0].message).toMatch(/SIGKILL.*Open another vault/)
    expect(existsSync(place)).toBe(false)
    await expect(vault.load(shipped.model, shipped.keys)).rejects.toEqual(coded("vault-exited"))
    await expect(sessions[0]?.run({ x })).rejects.toEqual(coded("vault-exited"))
    await sessions[0]?.close()
    await vault.close()
    await using another = await openVault({ backend: testBackend() })
    expect((await (await another.load(shipped.model, shipped.keys)).run({ x })).y).toEqual(x)
  })

  it("that is killed in a load rejects it", async () => {
    const shipped = await ship()
    const vault = await openVault({ backend: testBackend({ loading: "block" }) })
    const load = vault.load(shipped.model, shipped.keys).catch((error) => error)
    await new Promise((resolve) => setTimeout(resolve, 300))
    process.kill(pidOf(vault), "SIGKILL")
    expect(await load).toEqual(coded("vault-exited"))
    await vault.close()
  })

  for (const [kind, open] of [
    ["in its jail", openVault],
    ["without a jail", openUnjailed],
  ] as const) {
    it(`${kind} whose engine crashes in a run, in a load or at its import says how`, async () => {
      const shipped = await ship()
      for (const when of ["running", "loading"]) {
        const vault = await open({ backend: testBackend({ [when]: "crash" }) })
        const outcome = vault.load(shipped.model, shipped.keys).then((session) => session.run({ x }))
        const error = await outcome.catch((thrown) => thrown)
        expect(error).toEqual(coded("vault-exited"))
        expect(error.message).toMatch(/SIGSEGV/)
        await vault.close()
      }
      const opening = open({ backend: testBackend({ importing: "crash" }) })
      await expect(opening).rejects.toEqual(coded("vault-start"))
      await expect(opening).rejects.toThrow(/SIGSEGV/)
    })
  }

  it("tells when its process can't start", async () => {
    const { openVaultWith } = await import("../src/app/vault.js")
    const nowhere = new URL("./fixtures/nowhere.mjs", import.meta.url)
    await expect(openVaultWith(nowhere, { backend: testBackend() })).rejects.toEqual(coded("vault-start"))
  })
})

describe("a session's thread that dies", () => {
  it("while it makes the first engine is why there is no vault", async () => {
    const opening = openVault({ backend: testBackend({ importing: "exit" }) })
    await expect(opening).rejects.toEqual(coded("backend-failed"))
    await expect(opening).rejects.toThrow(/ended by itself.*No engine can be made/)
  })

  it.each([
    ["stray", "backend-failed"],
    ["exit", "backend-failed"],
  ] as const)("(%s) takes its own session only", async (deed, code) => {
    const shipped = await ship()
    await using vault = await openVault({ backend: testBackend({ running: deed }) })
    const [session, other] = await Promise.all([1, 2].map(() => vault.load(shipped.model, shipped.keys)))
    const error = await session?.run({ x }).catch((thrown) => thrown)
    expect(error).toEqual(coded(code))
    expect(error.message).not.toContain("secrets")
    await expect(session?.run({ x })).rejects.toEqual(coded(code))
    await session?.close()
    await expect(other?.run({ x })).rejects.toEqual(coded(code))
    expect((await vault.load(shipped.model, shipped.keys)).inputs).toHaveLength(1)
  })
})

describe("an abort", () => {
  it.runIf(canLookInside)("of openVault ends the process and its folder", async () => {
    const controller = new AbortController()
    const reason = new Error("enough")
    let pid = 0
    const opening = openVault({
      backend: testBackend({ importing: "hang" }),
      signal: controller.signal,
      log(event) {
        if (event.event === "started") pid = event.pid ?? 0
      },
    })
    await until(() => pid > 0 && vaultOf(pid) !== undefined && placeOf(pid).includes("strongroom-"))
    const place = placeOf(pid)
    const vault = vaultOf(pid) ?? 0
    expect(isRunning(vault) && existsSync(place)).toBe(true)
    controller.abort(reason)
    await expect(opening).rejects.toBe(reason)
    expect(existsSync(place)).toBe(false)
    await until(() => !isRunning(vault))
    await expect(openVault({ backend: testBackend(), signal: controller.signal })).rejects.toBe(reason)
  })

  it.runIf(canLookInside).each(["hang", "block"])(
    "of a load (%s) frees its thread, and the vault goes on",
    async (loading) => {
      const shipped = await ship()
      await using vault = await openVault({ backend: testBackend({ loading }) })
      const threads = () => readdirSync(directoryOf(pidOf(vault))).sort()
      const reason = new Error("enough")
      const controller = new AbortController()
      const load = vault.load(shipped.model, shipped.keys, { signal: controller.signal })
      setTimeout(() => controller.abort(reason), 300)
      await expect(load).rejects.toBe(reason)
      expect(threads()).toContain("thread-1")
      // The first thread goes; a spare one comes.
      await until(() => threads().join() === "thread-2")
      await expect(vault.load(shipped.model, shipped.keys, { signal: controller.signal })).rejects.toBe(reason)
    },
  )
})

describe.runIf(canLookInside)("an app", () => {
  it.each(["wait", "block", "load"] as const)("that is killed takes its vault along (%s)", async (then) => {
    const deed = { wait: {}, block: { running: "block" }, load: { loading: "block" } }[then]
    const app = await startApp(await ship(), then, testBackend({ file: true, ...deed }))
    const place = placeOf(app.vaultPid)
    // So that the load, or the run, is in the engine.
    await new Promise((resolve) => setTimeout(resolve, 300))
    const files = readdirSync(directoryOf(app.vaultPid), { recursive: true }).join()
    expect(files.includes("written")).toBe(then !== "load")
    app.process.kill("SIGKILL")
    await until(() => !isRunning(app.vaultPid) && isEmptyOrGone(place))
  })

  it("that has nothing more to do ends, though it didn't close its vault", async () => {
    const app = await startApp(await ship(), "end")
    expect(await app.ended).toEqual([0, null])
    await until(() => !isRunning(app.vaultPid))
  })

  it("that is killed leaves at most an empty folder, which the next vault sweeps", async () => {
    const app = await startApp(await ship(), "wait")
    const place = placeOf(app.vaultPid)
    app.process.kill("SIGKILL")
    await app.ended
    await until(() => !isRunning(app.vaultPid))
    expect(isEmptyOrGone(place)).toBe(true)
    await using vault = await openVault({ backend: testBackend() })
    expect(existsSync(place)).toBe(false)
    expect(dirname(place)).toBe(dirname(placeOf(pidOf(vault))))
  })
})
