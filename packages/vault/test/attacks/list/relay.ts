import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Attack, Scene } from "../attack.js"
import { noCompiler } from "../compile-tools.js"
import { makeLoot } from "../loot.js"
import { forcedWritesDenied, ptraceDenied } from "../machine.js"
import { noNamespaces } from "../namespaces.js"
import type { Kind, Victim } from "../victim.js"

/** How often a vault is started until a descriptor was opened in time: most often once is enough. */
const mostStarts = 20

export const attacks: readonly Attack[] = [
  {
    // The control's process that waits keeps its rights: tools/careless.c.
    title: "a descriptor of /proc/PID/mem from before the jail, used to write code into the process that waits for it",
    stoppedBy: "it can do nothing but wait: no capabilities, and a filter that refuses to open and exec (EPERM)",
    takes: [
      "weights",
      "a look into the private directory",
      "a file planted in it",
      "a program that runs in its namespaces",
      "its namespaces",
    ],
    missing: noCompiler ?? ptraceDenied ?? noNamespaces ?? forcedWritesDenied,
    async run(scene, kind) {
      const tried: string[] = []
      for (let start = 1; start <= mostStarts; start++) {
        const { said, needles, afterwards } = await takeOver(scene, kind)
        tried.push(`start ${start}: ${said.length === 0 ? "no descriptor" : afterwards}`, ...said)
        // Only code that ran can have been stopped.
        if (said.includes("- planted code: ran")) {
          const taken = said.flatMap((line) => (line.startsWith("+ ") ? [line.slice(2)] : []))
          return { taken: [...new Set([...needles, ...taken])], tried }
        }
      }
      throw new Error(`No code was planted in ${mostStarts} starts, so nothing was tried: ${tried.join("; ")}`)
    },
  },
]

/** One start, in which tools/takeover.c has the vault's library, or the careless jail, for its way in. */
async function takeOver(scene: Scene, kind: Kind) {
  const { tools, temporary } = scene.stage
  const loot = makeLoot(scene.stage)
  const careless = ["env", `LD_PRELOAD=${join(tools, "careless.so")}`, `CARELESS_PLACE=${temporary}`]
  const way = {
    vault: [`native/linux-${process.arch}.so`, "/dev/shm"],
    unprotected: ["careless.so", temporary, ...careless],
  }
  const launcher = [join(tools, "takeover"), loot.folder, ...way[kind]]
  const victim = await scene.start(kind, { launcher, engine: { file: true } })
  const { state, message } = victim.told.at(-1) ?? {}
  if (state !== "ran") throw new Error(`It doesn't run: ${message}`)
  await loot.call()
  const file = join(loot.folder, "said")
  const said = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : []
  const afterwards = kind === "vault" ? await goOn(victim) : "taken"
  await victim.kill()
  return { said, needles: loot.needles(), afterwards }
}

/** The vault goes on and ends in good order, or has ended, and the app knows. */
async function goOn(victim: Victim): Promise<string> {
  const ran = await victim.run()
  if (ran.state === "ran") await victim.finish()
  const { state, code, message } = victim.told.at(-1) ?? {}
  if (state === "closed" || code === "vault-exited") return `then the vault: ${ran.state}, ${code ?? state}`
  throw new Error(`It neither goes on nor ends: ${message}`)
}
