import { fork } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { excludedFiles } from "./exceptions.js"
import { unpack } from "./package.js"

export interface Case {
  /** Unlike all others of a run: the second of a title is "(2)". The device's name is "this device". */
  readonly title: string
  readonly outcome: "passed" | "failed" | "skipped"
  readonly message?: string
}

/** Which of node-opencl's builds to stand for: see lib.cjs. */
export type Build = "1.1" | "1.2" | "2.0"

/**
 * Runs node-opencl's own suite against this package, in a process of its own.
 *
 * @throws when the process ends before the suite does
 */
export async function runSuite(build: Build): Promise<Case[]> {
  const folder = mkdtempSync(join(tmpdir(), "node-opencl-"))
  try {
    unpack(folder)
    const files = readdirSync(join(folder, "test"), { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".js") && !(entry.name in excludedFiles))
      .map((entry) => entry.name)
      .sort()
    return distinguish(await runMocha(folder, files, build))
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function runMocha(folder: string, files: readonly string[], build: Build): Promise<Case[]> {
  return new Promise((resolve, reject) => {
    const script = join(dirname(fileURLToPath(import.meta.url)), "run-mocha.cjs")
    const child = fork(script, [folder, ...files], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: ["--no-deprecation"],
      env: { ...process.env, BUILD: build, POCL_CACHE_DIR: join(folder, "pocl") },
    })
    let errors = ""
    child.stderr?.on("data", (text) => {
      errors += text
    })
    let cases: Case[] | undefined
    child.on("message", (message) => {
      cases = message as Case[]
    })
    // Not before: the driver writes into the folder until its last thread ends.
    child.on("close", (code, signal) => {
      if (cases !== undefined) resolve(cases)
      else reject(new Error(`mocha ended with ${signal ?? code}:\n${errors.slice(-2000)}`))
    })
  })
}

function distinguish(cases: readonly Case[]): Case[] {
  const seen = new Map<string, number>()
  return cases.map((each) => {
    const title = each.title.replace(/\(\) for .*? (?=should)/, "() for this device ").trim()
    const count = (seen.get(title) ?? 0) + 1
    seen.set(title, count)
    return { ...each, title: count === 1 ? title : `${title} (${count})` }
  })
}
