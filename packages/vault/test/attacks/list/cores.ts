import { readdirSync } from "node:fs"
import { until } from "../../support.js"
import type { Attack, Scene } from "../attack.js"
import { withCorePattern } from "../core-pattern.js"
import { coresPiped } from "../machine.js"
import { needlesIn, scan } from "../scan.js"
import { hasProgram, steal } from "../user-program.js"
import { isAlive, type Kind, type VictimSettings } from "../victim.js"

/** The attacker lifts the limit that the app's shell may have set, before and after the start. */
const launcher = ["prlimit", "--core=unlimited"]

const noPrlimit = hasProgram("prlimit") ? undefined : "there is no prlimit: install util-linux"

/** An engine that crashes in its first run; the processes that ended by it. */
async function crash(scene: Scene, kind: Kind, settings: VictimSettings) {
  const engine = { deed: { name: "crash" } }
  const victim = await scene.start(kind, { ...settings, engine, until: "opened", app: { pause: true } })
  const pids = victim.pids()
  const told = await victim.run()
  await until(() => pids.every((pid) => !isAlive(pid)))
  return { pids, told }
}

export const attacks: readonly Attack[] = [
  ...(["SIGABRT", "SIGQUIT", "SIGSEGV"] as const).map(
    (signal): Attack => ({
      title: `a core file by ${signal}`,
      stoppedBy: "core files are limited to 0 for good, and what isn't dumpable leaves none",
      takes: ["identity", "weights"],
      missing: coresPiped ?? noPrlimit,
      async run(scene, kind) {
        const workingDirectory = scene.stage.makeFolder("core")
        const victim = await scene.start(kind, { launcher, workingDirectory })
        const pids = victim.pids()
        const tried = pids.flatMap((pid) => steal(scene.stage, "prlimit", pid))
        for (const pid of [...pids].reverse()) if (isAlive(pid)) process.kill(pid, signal)
        await until(() => pids.every((pid) => !isAlive(pid)) || kind === "vault")
        await new Promise((resolve) => setTimeout(resolve, 300))
        return { taken: needlesIn(scan(scene.stage, [workingDirectory])), tried }
      },
    }),
  ),
  {
    title: "a core file of a crash in the engine's own code",
    stoppedBy: "the same",
    takes: ["weights"],
    missing: coresPiped ?? noPrlimit,
    async run(scene, kind) {
      const workingDirectory = scene.stage.makeFolder("core")
      const { pids, told } = await crash(scene, kind, { launcher, workingDirectory })
      return {
        taken: needlesIn(scan(scene.stage, [workingDirectory])),
        tried: pids.map((pid) => `crash of ${pid}: ${told.state} ${told.code ?? ""}`),
      }
    },
  },
  {
    // Lowering is every user's right for his own processes: the vault locks its memory before it takes a key.
    title: "prlimit from outside: core files allowed again, other limits lowered",
    stoppedBy:
      "raising a hard limit takes a capability (EPERM). Limits can be lowered by their user: the vault goes on, or ends",
    takes: ["core files allowed"],
    missing: noPrlimit,
    async run(scene, kind) {
      const victim = await scene.start(kind, { launcher })
      const tried = victim.pids().flatMap((pid) => steal(scene.stage, "prlimit", pid))
      const { state } = await victim.run()
      const raised = tried.includes("raise core: done")
      return { taken: raised ? ["core files allowed"] : [], tried: [...new Set(tried), `then the app: ${state}`] }
    },
  },
  {
    title: "a core piped to a program by core_pattern, whatever the limit",
    stoppedBy: "what isn't dumpable is handed to no program either",
    takes: ["identity", "weights"],
    missing: withCorePattern.missing,
    run: (scene, kind) =>
      withCorePattern(scene.stage, async (folder) => {
        const { pids } = await crash(scene, kind, {})
        // The program may be at it still, or begin only now.
        await until(() => kind === "vault" || readdirSync(folder).some((name) => name.startsWith("core-")))
        await new Promise((resolve) => setTimeout(resolve, 500))
        scene.stage.handOver()
        return { taken: needlesIn(scan(scene.stage, [folder])), tried: pids.map((pid) => `crash of ${pid}`) }
      }),
  },
]
