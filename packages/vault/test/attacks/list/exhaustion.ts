import { setTimeout as wait } from "node:timers/promises"
import { until } from "../../support.js"
import type { Attack } from "../attack.js"
import { coresPiped } from "../machine.js"
import { noNamespaces } from "../namespaces.js"
import { needlesIn, scan } from "../scan.js"
import { hasProgram } from "../user-program.js"
import { isAlive } from "../victim.js"

const noPrlimit = hasProgram("prlimit") ? undefined : "there is no prlimit: install util-linux"

export const attacks: readonly Attack[] = [
  {
    title: "exhaustion of memory: the process is let run out of it, and crashes",
    stoppedBy: "the crash leaves no core; the tmpfs goes with the process",
    takes: ["weights"],
    missing: coresPiped ?? noPrlimit ?? noNamespaces,
    async run(scene, kind) {
      const workingDirectory = scene.stage.makeFolder("core")
      const launcher = ["prlimit", "--core=unlimited", "--data=700000000"]
      const victim = await scene.start(kind, {
        launcher,
        workingDirectory,
        engine: { file: true, deed: { name: "heap" } },
      })
      await until(() => victim.told.some(({ state }) => state === "failed") || !isAlive(victim.app.pid ?? 0), 60_000)
      await wait(300)
      const { state, code } = victim.told.at(-1) ?? {}
      if (kind === "vault" && state !== "failed") throw new Error(`The vault had memory enough: ${state}`)
      return {
        taken: needlesIn(scan(scene.stage, undefined, false)),
        tried: [`the app: ${state} ${code ?? "crashed"}`],
      }
    },
  },
  {
    title: "exhaustion of the file system that the private directory is in: what was written is searched",
    stoppedBy: "the same",
    takes: ["weights"],
    missing: noPrlimit ?? noNamespaces,
    async run(scene, kind) {
      // To a limit of the attacker's: the system kills who writes more, by a signal that leaves a core.
      const launcher = ["prlimit", "--core=unlimited", "--fsize=33554432"]
      const engine = { file: true, deed: { name: "fill", bytes: 2 ** 28 } }
      const workingDirectory = scene.stage.makeFolder("full")
      const victim = await scene.start(kind, { launcher, engine, workingDirectory, app: { stay: true } })
      const { state, facts, code } = victim.told.at(-1) ?? {}
      return {
        taken: needlesIn(scan(scene.stage, undefined, false)),
        tried: [`the app: ${state} ${code ?? JSON.stringify(facts)}`],
      }
    },
  },
]
