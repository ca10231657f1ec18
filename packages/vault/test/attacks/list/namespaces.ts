import { join } from "node:path"
import type { Attack, Outcome } from "../attack.js"
import { ptraceDenied } from "../machine.js"
import { noNamespaces } from "../namespaces.js"
import { needlesIn, scan } from "../scan.js"
import { runAsUser, steal } from "../user-program.js"
import type { VictimSettings } from "../victim.js"

/**
 * The control is a process *exec'ed inside* namespaces of its own, which is what containers, sandboxes and most tools
 * give: its user owns the namespace, and so has every right in it. The vault enters its own without exec afterwards.
 */
const execInside: VictimSettings = {
  launcher: [
    "unshare",
    "--user",
    "--map-current-user",
    "--mount",
    "--ipc",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
  ],
}

export const attacks: readonly Attack[] = [
  {
    title: "exec inside a user namespace opens the process: the memory of one that made itself not dumpable",
    stoppedBy: "nothing is exec'ed after the namespace is entered, so that it isn't the attacker's",
    takes: ["weights"],
    missing: noNamespaces ?? ptraceDenied,
    async run(scene, kind) {
      const victim = await scene.start(kind, {
        ...(kind === "unprotected" && execInside),
        engine: { undumpable: true },
      })
      const folder = scene.stage.makeFolder("namespace")
      const tried = victim.pids().flatMap((pid) => steal(scene.stage, "readv", pid, join(folder, `dump-${pid}`)))
      return { taken: needlesIn(scan(scene.stage, [folder])), tried: [...new Set(tried)] }
    },
  },
  {
    title: "nsenter and setns into its namespaces",
    stoppedBy: "its namespaces can't be opened (EACCES), nor entered by its pidfd (EPERM)",
    takes: ["a shell inside"],
    missing: noNamespaces ?? ptraceDenied,
    async run(scene, kind): Promise<Outcome> {
      const victim = await scene.start(kind, kind === "unprotected" ? execInside : {})
      const outcomes = victim.pids().map((pid) => {
        const into = ["--preserve-credentials", "--user", "--mount", "--ipc", "-t", String(pid)]
        return runAsUser(scene.stage, ["nsenter", ...into, "sh", "-c", "echo inside"])
      })
      return {
        taken: outcomes.some(({ status }) => status === 0) ? ["a shell inside"] : [],
        tried: [
          ...outcomes.map(({ status, stderr }) => `nsenter: ${status} ${stderr.trim()}`),
          ...victim.pids().flatMap((pid) => steal(scene.stage, "setns", pid)),
        ],
      }
    },
  },
]
