import { cpSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { until } from "../../support.js"
import type { Attack } from "../attack.js"
import { inspect } from "../inspect.js"
import { makeLoot, takenBy } from "../loot.js"
import { needlesIn, scan } from "../scan.js"
import { isAlive } from "../victim.js"

const options = (text: string) => ({ environment: { NODE_OPTIONS: text } })

export const attacks: readonly Attack[] = [
  ...(["--require", "--import"] as const).map(
    (option): Attack => ({
      title: `NODE_OPTIONS=${option}`,
      stoppedBy: "an environment built from nothing",
      takes: ["identity", "weights"],
      async run(scene, kind) {
        const loot = makeLoot(scene.stage)
        const script = join(loot.folder, "plant.cjs")
        cpSync(join(scene.stage.tools, "plant.cjs"), script)
        scene.stage.handOver()
        await scene.start(kind, options(`${option} ${script}`))
        await loot.call()
        return { taken: takenBy(loot), tried: loot.ranIn().map((command) => `ran in: ${command.slice(0, 80)}`) }
      },
    }),
  ),
  {
    title: "NODE_OPTIONS=--inspect",
    stoppedBy: "an environment built from nothing; the vault can open no socket",
    takes: ["identity", "weights"],
    async run(scene, kind) {
      const loot = makeLoot(scene.stage)
      const victim = await scene.start(kind, options("--inspect=0"))
      const tried = inspect(scene.stage, loot.folder)
      const vaults = victim.pids().filter((pid) => kind === "vault" && tried.includes(`inspected ${pid}`))
      return { taken: [...loot.needles(), ...(vaults.length > 0 ? ["the vault's inspector"] : [])], tried }
    },
  },
  {
    title: "SIGUSR1, then the inspector",
    stoppedBy: "a handler of the vault's takes the signal; it can open no socket",
    takes: ["identity", "weights"],
    async run(scene, kind) {
      const loot = makeLoot(scene.stage)
      const victim = await scene.start(kind)
      const pids = victim.pids()
      for (const pid of pids) if (isAlive(pid)) process.kill(pid, "SIGUSR1")
      await new Promise((resolve) => setTimeout(resolve, 500))
      const tried = [`SIGUSR1 to ${pids.length}`, ...inspect(scene.stage, loot.folder)]
      return { taken: loot.needles(), tried }
    },
  },
  {
    title: "NODE_OPTIONS=--heapsnapshot-signal",
    stoppedBy: "an environment built from nothing",
    takes: ["identity"],
    async run(scene, kind) {
      const workingDirectory = scene.stage.makeFolder("snapshots")
      const victim = await scene.start(kind, { ...options("--heapsnapshot-signal=SIGUSR2"), workingDirectory })
      const snapshots = () => readdirSync(workingDirectory).filter((name) => name.endsWith(".heapsnapshot"))
      const pids = [...victim.pids(), victim.app.pid ?? 0]
      for (const pid of pids) if (isAlive(pid)) process.kill(pid, "SIGUSR2")
      await until(() => snapshots().length > 0 && snapshots().every((name) => isWhole(join(workingDirectory, name))))
      await aWhile()
      return { taken: needlesIn(scan(scene.stage, [workingDirectory])), tried: snapshots() }
    },
  },
  {
    title: "Node's --cpu-prof",
    stoppedBy: "neither variables nor options of the app's are passed on",
    takes: ["a profile of the engine"],
    async run(scene, kind) {
      const workingDirectory = scene.stage.makeFolder("profiles")
      const victim = await scene.start(kind, {
        // By NODE_OPTIONS where Node allows it.
        ...(process.allowedNodeEnvironmentFlags.has("--cpu-prof") ? options("--cpu-prof") : { node: ["--cpu-prof"] }),
        workingDirectory,
        engine: { busyMilliseconds: 300 },
      })
      await victim.finish()
      const profiles = readdirSync(workingDirectory).filter((name) => name.endsWith(".cpuprofile"))
      const telling = profiles.filter((name) =>
        /loadModelIntoEngine/.test(readFileSync(join(workingDirectory, name), "utf8")),
      )
      return { taken: telling.length > 0 ? ["a profile of the engine"] : [], tried: profiles }
    },
  },
  {
    title: "NODE_OPTIONS=--report-on-signal, and the reports of errors",
    stoppedBy: "an environment built from nothing; reports are off",
    takes: ["a report of the process with the model"],
    async run(scene, kind) {
      const folder = scene.stage.makeFolder("reports")
      const reporting = ["--report-on-signal", "--report-on-fatalerror", "--report-uncaught-exception"]
      const victim = await scene.start(
        kind,
        options([...reporting, "--report-signal=SIGUSR2", `--report-dir=${folder}`].join(" ")),
      )
      const pids = victim.pids()
      for (const pid of [...pids, victim.app.pid ?? 0]) if (isAlive(pid)) process.kill(pid, "SIGUSR2")
      const reports = () => readdirSync(folder)
      await until(() => reports().length > 0 && reports().every((name) => isWhole(join(folder, name))))
      await aWhile()
      const reported = reports().map((name) => {
        const { header } = JSON.parse(readFileSync(join(folder, name), "utf8"))
        return Number(header.processId)
      })
      const of = reported.filter((pid) => pids.includes(pid) || pid === 1)
      return {
        taken: of.length > 0 ? ["a report of the process with the model"] : [],
        tried: reported.map((pid) => `report of ${pid}`),
      }
    },
  },
]

/** Whether Node, which writes such files bit by bit, has written this one. */
function isWhole(path: string): boolean {
  try {
    JSON.parse(readFileSync(path, "latin1"))
    return true
  } catch {
    return false
  }
}

/** The app itself writes a file in any case: a vault's would come after it. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 1000))
