import { readdirSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { until } from "../../support.js"
import type { Attack, Scene } from "../attack.js"
import { ptraceDenied } from "../machine.js"
import { noNamespaces } from "../namespaces.js"
import { needlesIn, scan } from "../scan.js"
import { isAlive, type Kind, type Told, type Victim } from "../victim.js"

const full = Boolean(process.env.STRONGROOM_FULL)

/** Moments of a life: so long after the app was spawned, or as soon as it has told this. */
const moments: readonly (number | Told["state"])[] = [
  ...(full ? Array.from({ length: 60 }, (_, index) => 80 + 10 * index) : [100, 130, 160, 200, 300]),
  ...(["opened", "loaded", "ran"] as const),
]

/** A victim that has got so far, whose engine has the weights in a file and takes its time. */
async function startUntil(scene: Scene, kind: Kind, moment: number | Told["state"]): Promise<Victim> {
  const engine = { file: true, busyMilliseconds: 50, deed: { name: "slow", milliseconds: 50 } }
  const isState = typeof moment === "string"
  const victim = await scene.start(kind, { engine, until: isState ? moment : "spawned", app: { stay: true } })
  if (!isState) await wait(moment)
  return victim
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It has ended.
    }
  }
}

/** What lies in the vault's folders of an app, by whose number they are named. */
function leftFiles(app: number): readonly string[] {
  return readdirSync("/dev/shm")
    .filter((name) => new RegExp(`^strongroom-\\d+-${app}-`).test(name))
    .flatMap((name) => readdirSync(join("/dev/shm", name), { recursive: true }).map(String))
}

export const attacks: readonly Attack[] = [
  ...(["the vault", "the app", "all"] as const).map(
    (whom): Attack => ({
      title: `SIGKILL for ${whom} in each phase: what is left is searched`,
      stoppedBy:
        "there is nothing on a disk; the tmpfs and the memory go with the process, and each process with the other",
      takes: ["weights"],
      missing: noNamespaces,
      async run(scene, kind) {
        const taken = new Set<string>()
        const tried: string[] = []
        // The unprotected process leaves something once it has loaded.
        for (const moment of kind === "vault" ? moments : (["ran"] as const)) {
          const victim = await startUntil(scene, kind, moment)
          const app = victim.app.pid ?? 0
          const vault = kind === "vault" ? [...victim.pids()] : []
          const killed = whom === "the vault" && kind === "vault" ? vault : whom === "the app" ? [app] : [...vault, app]
          signal(killed, "SIGKILL")
          await until(() => [...vault, ...killed].every((pid) => !isAlive(pid)))
          const at = victim.told.at(-1)?.state ?? "starting"
          const report = scan(scene.stage)
          for (const needle of needlesIn(report)) taken.add(needle)
          if (leftFiles(app).length > 0) taken.add("files of the engine")
          tried.push(
            `${moment} (${at}): ${killed.length} killed, ${report.files} files and ${report.processes.length} processes searched`,
          )
          await victim.kill()
        }
        return { taken: [...taken], tried }
      },
    }),
  ),
  {
    title: "SIGSTOP in each phase: everything is searched while it stands still",
    stoppedBy: "a process that stands still is as closed",
    takes: ["identity", "weights"],
    missing: noNamespaces ?? ptraceDenied,
    async run(scene, kind) {
      const taken = new Set<string>()
      const tried: string[] = []
      for (const moment of kind === "vault" ? moments : (["ran"] as const)) {
        const victim = await startUntil(scene, kind, moment)
        const stopped = [...victim.pids()]
        signal(stopped, "SIGSTOP")
        const report = scan(scene.stage)
        for (const needle of needlesIn(report)) taken.add(needle)
        signal([...stopped].reverse(), "SIGCONT")
        await until(() => victim.told.some(({ state }) => state === "ran" || state === "failed"))
        const outcome = victim.told.at(-1)
        // It goes on as if nothing had been, or says that it doesn't.
        tried.push(`${moment}: ${stopped.length} stopped, then ${outcome?.state} ${outcome?.code ?? ""}`)
        await victim.kill()
      }
      return { taken: [...taken], tried }
    },
  },
]
