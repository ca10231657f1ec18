import { spawn } from "node:child_process"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { ordinaryUser } from "../ordinary-user.js"
import { compilePlant, noCompiler } from "./compile-tools.js"
import { makeLoot } from "./loot.js"
import { isRoot, ptraceDenied } from "./machine.js"
import { searchMemoryOf } from "./search-memory.js"
import { type Stage, setStage } from "./stage.js"
import { steal } from "./user-program.js"
import { isAlive, type Kind, startVictim, type Victim, type VictimSettings } from "./victim.js"

/*
 * What software in user space can't stop: docs/threat-model.md names each of these. A test that begins to fail here is
 * good news, and a reason to change that page.
 */

describe.runIf(process.platform === "linux")("what can't be stopped", () => {
  let stage: Stage
  const victims = new Set<Victim>()
  beforeAll(async () => {
    stage = await setStage()
  })
  afterEach(async () => {
    for (const victim of victims) await victim.kill()
    victims.clear()
    stage.clear()
  })
  afterAll(() => stage?.close())

  async function start(kind: Kind, settings: VictimSettings = {}): Promise<Victim> {
    const victim = await startVictim(stage, kind, settings)
    victims.add(victim)
    return victim
  }

  /** A vault whose app was started with a library that puts itself in the place of the jail. */
  async function startWithShim(app: object) {
    const loot = makeLoot(stage)
    const library = compilePlant(stage.tools, loot.folder, "shim")
    stage.handOver()
    const victim = await start("vault", { environment: { LD_PRELOAD: library }, app })
    return { loot, victim }
  }

  it("a patched application: who has the model, the grant and the identity opens it without a vault", async () => {
    const patched = await start("unprotected")
    expect(patched.told.at(-1)).toMatchObject({ state: "ran" })
  })

  it.skipIf(noCompiler !== undefined || ptraceDenied !== undefined)(
    "a library preloaded into the app, which starts the vault without its jail: the report says what is missing",
    async () => {
      const { loot, victim } = await startWithShim({})
      await loot.call()
      expect(loot.ranIn().some((command) => /worker\/main\.js/.test(command))).toBe(true)
      expect(loot.needles()).toContain("weights")
      const states = Object.fromEntries(victim.told.at(-1)?.guarantees ?? [])
      for (const id of ["memory.private", "files.confined", "network.none", "syscalls.filtered"]) {
        expect([id, states[id]]).toEqual([id, "unavailable"])
      }
    },
  )

  it.skipIf(noCompiler !== undefined)("the same, where the app demands the jail: the vault doesn't open", async () => {
    const { loot, victim } = await startWithShim({ strict: ["memory.private"] })
    expect(victim.told.at(-1)).toMatchObject({ state: "failed", code: "policy-guarantee" })
    expect(loot.needles()).toEqual([])
  })

  /** Opens vaults until one of them has been changed before its jail's first call; undefined if none of 30 was. */
  async function startAndRace(app: object): Promise<Victim | undefined> {
    for (let round = 0; round < 30; round++) {
      const loot = makeLoot(stage)
      const victim = await start("vault", { until: "spawned", app })
      const racer = spawn(join(stage.tools, "race"), [loot.folder, String(victim.app.pid)], {
        ...ordinaryUser,
        cwd: "/",
      })
      const ended = once(racer, "exit")
      await victim.next("ran")
      writeFileSync(join(loot.folder, "go"), "")
      await ended
      // Who is late changes what the jail has read already.
      const { code, guarantees = [] } = victim.told.at(-1) ?? {}
      const states = Object.fromEntries(guarantees)
      if (code !== undefined || states["memory.private"] === "unavailable") return victim
      await victim.kill()
    }
    return undefined
  }

  /** What the attacker needs luck for proves nothing when it has none. */
  const neverWon = "the race wasn't won in 30 starts"

  it.skipIf(noCompiler !== undefined || ptraceDenied !== undefined)(
    "a race against the start, which takes the jail away before its first call: the report says what is missing",
    async ({ skip }) => {
      const victim = await startAndRace({})
      if (!victim) return skip(neverWon)
      const states = Object.fromEntries(victim.told.at(-1)?.guarantees ?? [])
      for (const id of ["process.environment", "memory.private", "files.confined", "network.none"]) {
        expect([id, states[id]]).toEqual([id, "unavailable"])
      }
    },
  )

  it.skipIf(noCompiler !== undefined || ptraceDenied !== undefined)(
    "the same, where the app demands the jail: the vault doesn't open",
    async ({ skip }) => {
      const victim = await startAndRace({ strict: ["memory.private"] })
      if (!victim) return skip(neverWon)
      expect(victim.told.at(-1)).toMatchObject({ state: "failed", code: "policy-guarantee" })
    },
  )

  it.skipIf(!isRoot)("root, who reads every process", async () => {
    const victim = await start("vault")
    expect(searchMemoryOf(stage, victim.pids())).toEqual(expect.arrayContaining(["weights"]))
  })

  it.skipIf(!isRoot)(
    "but root finds nothing before the first load: the jail closes before there is a key",
    async () => {
      const victim = await start("vault", { until: "opened", app: { pause: true } })
      expect(victim.pids().length).toBeGreaterThan(1)
      expect(searchMemoryOf(stage, [...victim.pids(), victim.app.pid ?? 0])).toEqual([])
      await victim.run()
      expect(searchMemoryOf(stage, victim.pids())).toContain("weights")
      expect(searchMemoryOf(stage, [victim.app.pid ?? 0])).toEqual([])
    },
  )

  it.skipIf(ptraceDenied !== undefined)(
    "the app's own end of the channel, taken from the app: no key is there, and noise ends the vault",
    async () => {
      const victim = await start("vault")
      const folder = stage.makeFolder("channel")
      const tried = steal(stage, "channel", victim.app.pid ?? 0, `${folder}/read`, 3, 40)
      expect(tried.some((one) => one.startsWith("write ") && one.endsWith("done"))).toBe(true)
      expect(await victim.run()).toMatchObject({ state: "failed" })
      expect(["vault-exited", "channel-invalid"]).toContain(victim.told.at(-1)?.code)
      // The app is told, and goes on.
      await wait(300)
      expect(isAlive(victim.app.pid ?? 0)).toBe(true)
    },
  )
})
