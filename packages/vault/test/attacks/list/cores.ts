import { until } from "../../support.js"
import type { Attack } from "../attack.js"
import { withCorePattern } from "../core-pattern.js"
import { coresPiped } from "../machine.js"
import { needlesIn, scan } from "../scan.js"
import { hasProgram, steal } from "../user-program.js"
import { isAlive } from "../victim.js"

/** The attacker lifts the limit that the app's shell may have set, before and after the start. */
const launcher = ["prlimit", "--core=unlimited"]

const noPrlimit = hasProgram("prlimit") ? undefined : "there is no prlimit: install util-linux"

export const attacks: readonly Attack[] = [
  ...(["SIGABRT", "SIGQUIT", "SIGSEGV"] as const).map(
    (signal): Attack => ({
      title: `a core file by ${signal}`,
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
    // Lowering is every user's right for his own processes: the vault locks its memory before it takes a key.
    title: "prlimit from outside: core files allowed again, other limits lowered, then a crash",
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
    takes: ["identity", "weights"],
    missing: withCorePattern.missing,
    run: (scene, kind) =>
      withCorePattern(scene.stage, async (folder) => {
        const victim = await scene.start(kind, {})
        const pids = victim.pids()
        for (const pid of [...pids].reverse()) if (isAlive(pid)) process.kill(pid, "SIGSEGV")
        await until(() => pids.every((pid) => !isAlive(pid)) || kind === "vault")
        await new Promise((resolve) => setTimeout(resolve, 500))
        scene.stage.handOver()
        return { taken: needlesIn(scan(scene.stage, [folder])), tried: pids.map((pid) => `SIGSEGV to ${pid}`) }
      }),
  },
]
