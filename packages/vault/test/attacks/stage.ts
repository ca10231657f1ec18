import { execFileSync } from "node:child_process"
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { ordinaryUser } from "../ordinary-user.js"
import { compileTools } from "./compile-tools.js"
import { installPackages } from "./install-packages.js"
import { type Needles, sealForAttacks } from "./needles.js"

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/**
 * An installed application with a sealed model, all of it an ordinary user's, in a folder of its own: what an attacker
 * finds on a customer's machine, and what he brings along.
 */
export interface Stage {
  readonly folder: string
  /** The application: its packages, model and keys. */
  readonly app: string
  readonly home: string
  /** Where the attackers' tools lie. */
  readonly tools: string
  readonly needles: Needles
  /** When it was made, in milliseconds since 1970. */
  readonly since: number
  /** For temporary files, of the user's. */
  readonly temporary: string
  /** A new folder of the user's, until `clear`. */
  makeFolder(name: string): string
  /** Removes what attacks have left, so that the next finds only what is its own. */
  clear(): void
  /** Gives the user what was written into the stage by whoever runs the tests. */
  handOver(): void
  close(): void
}

/** Not among the temporary files, which a vault covers: apps aren't installed there. */
function parentFolder(): string {
  if (ordinaryUser.uid === undefined) return join(homedir(), ".cache")
  return ["/opt", "/srv", "/var/lib"].find((path) => existsSync(path)) ?? "/"
}

export async function setStage(): Promise<Stage> {
  const since = Date.now() - 1000
  mkdirSync(parentFolder(), { recursive: true })
  const folder = mkdtempSync(join(parentFolder(), "strongroom-attacks-"))
  const make = (name: string) => {
    mkdirSync(join(folder, name))
    return join(folder, name)
  }
  const [app, home, tools, temporary, loot] = [make("app"), make("home"), make("tools"), make("tmp"), make("loot")]
  chmodSync(folder, 0o755)
  cpSync(here("program"), app, { recursive: true })
  cpSync(here("tools"), tools, { recursive: true })
  installPackages("@strongroom/vault", here("../.."), join(app, "node_modules"))
  compileTools(tools)
  const needles = await sealForAttacks(app)
  let folders = 0
  const stage: Stage = {
    ...{ folder, app, home, tools, temporary, needles, since },
    makeFolder(name) {
      const made = join(loot, `${name}-${++folders}`)
      mkdirSync(made)
      stage.handOver()
      return made
    },
    clear() {
      for (const place of [loot, home, temporary]) {
        for (const name of readdirSync(place)) rmSync(join(place, name), { recursive: true, force: true })
      }
    },
    handOver() {
      if (ordinaryUser.uid !== undefined) giveAway(folder)
    },
    close() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
  stage.handOver()
  return stage
}

/** Links aren't followed. */
function giveAway(folder: string): void {
  execFileSync("chown", ["-hR", `${ordinaryUser.uid}:${ordinaryUser.gid}`, folder])
}
