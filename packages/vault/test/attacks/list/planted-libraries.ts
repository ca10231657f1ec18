import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Attack, Scene } from "../attack.js"
import { compilePlant, noCompiler } from "../compile-tools.js"
import { type Loot, makeLoot, takenBy } from "../loot.js"
import { ptraceDenied } from "../machine.js"
import type { Kind } from "../victim.js"

/** Starts the app with variables by which a library of the attacker's gets into it, and has that copy the memory. */
async function plant(scene: Scene, kind: Kind, variables: (library: string, loot: Loot) => { [name: string]: string }) {
  const loot = makeLoot(scene.stage)
  const environment = variables(compilePlant(scene.stage.tools, loot.folder), loot)
  scene.stage.handOver()
  const victim = await scene.start(kind, { environment })
  if (victim.told.at(-1)?.state !== "ran") throw new Error(`The app doesn't run: ${victim.output()}`)
  await loot.call()
  // That it ran in the app, at the least, is the proof that the attack was made.
  return { taken: takenBy(loot), tried: loot.ranIn().map((command) => `ran in: ${command.slice(0, 80)}`) }
}

export const attacks: readonly Attack[] = [
  {
    title: "LD_PRELOAD",
    stoppedBy: "an environment built from nothing; only the jail is preloaded",
    takes: ["identity", "weights"],
    missing: noCompiler ?? ptraceDenied,
    run: (scene, kind) => plant(scene, kind, (library) => ({ LD_PRELOAD: library })),
  },
  {
    title: "LD_AUDIT",
    stoppedBy: "an environment built from nothing",
    takes: ["identity", "weights"],
    missing: noCompiler ?? ptraceDenied,
    run: (scene, kind) => plant(scene, kind, (library) => ({ LD_AUDIT: library })),
  },
  {
    title: "OPENSSL_CONF with a provider",
    stoppedBy: "an environment built from nothing",
    takes: ["identity", "weights"],
    missing: noCompiler ?? ptraceDenied,
    run: (scene, kind) =>
      plant(scene, kind, (library, loot) => {
        const file = join(loot.folder, "openssl.cnf")
        const lines = [
          ...["nodejs_conf = init", "[init]", "providers = all", "[all]", "default = usual", "planted = planted"],
          ...["[usual]", "activate = 1", "[planted]", `module = ${library}`, "activate = 1"],
        ]
        writeFileSync(file, `${lines.join("\n")}\n`)
        return { OPENSSL_CONF: file }
      }),
  },
]
