import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { SetupName } from "./place.js"
import { runProgram } from "./program.js"
import cpu from "./tfjs-cpu.lock.json"
import gpu from "./tfjs-gpu.lock.json"

const locks = { "tfjs-cpu": cpu, "tfjs-gpu": gpu } as const

/**
 * Installs tfjs-node, what it depends on, and Node-API's headers into `folder`, by npm and its settings: exactly what the
 * lockfile names, by its hashes, and without install scripts, which would download a binding and TensorFlow.
 */
export async function installPackages(name: SetupName, folder: string, signal: AbortSignal): Promise<void> {
  const lock = locks[name]
  const { dependencies } = lock.packages[""]
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }, null, 2))
  await writeFile(join(folder, "package-lock.json"), JSON.stringify(lock, null, 2))
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error"]
  await runProgram("Installing tfjs-node from npm", [...npm(), "ci", ...flags], { cwd: folder, signal })
}

/** The npm that runs this, where one does, or that in PATH. */
function npm(): readonly string[] {
  const { npm_execpath: running } = process.env
  return running !== undefined && /npm-cli\.c?js$/.test(running) ? [process.execPath, running] : ["npm"]
}
