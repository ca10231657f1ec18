import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { ordinaryUser } from "../../ordinary-user.js"
import type { Attack, Scene } from "../attack.js"
import { noCompiler } from "../compile-tools.js"
import { makeLoot } from "../loot.js"
import { ptraceDenied } from "../machine.js"
import type { Kind } from "../victim.js"

export const attacks: readonly Attack[] = [
  {
    title: "a debugger that is attached before the start, to the app and all that it starts",
    stoppedBy: "the vault sees its tracer, and ends before it knows any key",
    takes: ["identity", "weights"],
    missing: noCompiler,
    async run(scene, kind) {
      const loot = makeLoot(scene.stage)
      const launcher = [join(scene.stage.tools, "tracer"), loot.folder]
      const victim = await scene.start(kind, { launcher, app: { stay: true } })
      const { state, code } = victim.told.at(-1) ?? {}
      await loot.call()
      // A vault that opens in spite of it would be one that doesn't look.
      const opened = kind === "vault" && victim.told.some((one) => one.state === "opened")
      return {
        taken: [...loot.needles(), ...(opened ? ["a vault that opened"] : [])],
        tried: [`the app: ${state} ${code ?? ""}`],
      }
    },
  },
  {
    // The control closed the door as well, by PR_SET_DUMPABLE, but did not fork after that.
    title: "descriptors of /proc/PID/mem that are opened from the first moment on, read later",
    stoppedBy: "one fork after the door is closed: a new memory map, which those descriptors don't lead to",
    takes: ["weights"],
    missing: noCompiler ?? ptraceDenied,
    async run(scene, kind) {
      const tried: string[] = []
      const taken = new Set<string>()
      // The door stands open for a few milliseconds: who is too slow tries again.
      for (let round = 0; round < 10; round++) {
        const { said, needles } = await holdFromTheStart(scene, kind)
        tried.push(said)
        for (const needle of needles) taken.add(needle)
        if (Number(/of (\d+) processes/.exec(said)?.[1]) > (kind === "vault" ? 1 : 0))
          return { taken: [...taken], tried }
      }
      throw new Error(`Nothing of the vault could be opened, so nothing was tried: ${tried.join("; ")}`)
    },
  },
]

async function holdFromTheStart(scene: Scene, kind: Kind) {
  const loot = makeLoot(scene.stage)
  const victim = await scene.start(kind, { until: "spawned", engine: { undumpable: true } })
  const holder = spawn(join(scene.stage.tools, "hold"), [loot.folder, String(victim.app.pid)], {
    ...ordinaryUser,
    cwd: scene.stage.home,
    stdio: ["ignore", "pipe", "inherit"],
  })
  const said: string[] = []
  holder.stdout.on("data", (bytes: Buffer) => said.push(String(bytes).trim()))
  const closed = once(holder, "close")
  await victim.next("ran")
  await loot.call()
  await closed
  await victim.kill()
  return { said: said.join(""), needles: loot.needles() }
}
