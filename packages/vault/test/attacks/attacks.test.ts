import { mkdirSync, writeFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { attacks } from "./all.js"
import type { Scene } from "./attack.js"
import { setStage } from "./stage.js"
import { isAlive, type Kind, startVictim, type Victim } from "./victim.js"

/*
 * Each file of list/ is one attack, or a family of them that differ in a word. It is made first on a process that opens
 * the model by itself, where it must succeed, and then on a vault, where it must take nothing.
 */

const timeout = process.env.STRONGROOM_FULL ? 1_200_000 : 120_000

describe.runIf(process.platform === "linux")("attacks", () => {
  let scene: Scene
  const close: (() => Promise<void> | void)[] = []
  const victims = new Set<Victim>()
  const told: unknown[] = []

  beforeAll(async () => {
    const stage = await setStage()
    close.push(stage.close)
    const shared = new Map<Kind, Victim>()
    scene = {
      stage,
      async start(kind, settings) {
        // Or a search of all memory would find what the shared one holds.
        for (const other of shared.values()) await other.kill()
        shared.clear()
        const victim = await startVictim(stage, kind, settings)
        victims.add(victim)
        return victim
      },
      async shared(kind) {
        const known = shared.get(kind)
        if (known && isAlive(known.app.pid ?? 0)) return known
        const victim = await startVictim(stage, kind)
        if (victim.told.at(-1)?.state !== "ran") throw new Error(`It doesn't run: ${victim.output()}`)
        shared.set(kind, victim)
        close.unshift(victim.kill)
        return victim
      },
    }
  })

  async function clear(): Promise<void> {
    for (const victim of victims) await victim.kill()
    victims.clear()
    scene.stage.clear()
  }

  afterAll(async () => {
    for (const action of close) await action()
    // What was tried, and what the system said to it.
    const results = new URL("../../.results/", import.meta.url)
    mkdirSync(results, { recursive: true })
    writeFileSync(new URL("attacks.json", results), `${JSON.stringify(told, null, 2)}\n`)
  })

  for (const attack of attacks) {
    const { title, missing, takes } = attack
    it.skipIf(missing !== undefined)(missing ? `${title} (not here: ${missing})` : title, { timeout }, async () => {
      try {
        const control = await attack.run(scene, "unprotected")
        expect(control.tried.length, "the control tried nothing").toBeGreaterThan(0)
        expect(control.taken, `the control took too little: ${control.tried.join("; ")}`).toEqual(
          expect.arrayContaining([...takes]),
        )
        await clear()
        const outcome = await attack.run(scene, "vault")
        expect(outcome.tried.length, "the attack tried nothing").toBeGreaterThan(0)
        expect(outcome.taken, outcome.tried.join("; ")).toEqual([])
        told.push({ title, control, vault: outcome })
      } finally {
        await clear()
      }
    })
  }
})
