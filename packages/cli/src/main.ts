#!/usr/bin/env node
import { StrongroomError } from "@strongroom/core"
import { CommanderError } from "commander"
import type { Context } from "./command.js"
import { failureOf, Interruption } from "./failure.js"
import { createProgram } from "./program.js"
import { createTerminal, jsonText, printableLines, red } from "./terminal.js"

const { stdout, stderr, stdin, env: environment } = process
const interruption = new AbortController()

async function main(args: readonly string[]): Promise<void> {
  const context: Context = {
    signal: interruption.signal,
    console: { input: stdin, output: stderr, interrupt: () => interruption.abort(new Interruption(2)) },
    terminal: (options) => createTerminal({ stdout, stderr, environment, ...options }),
  }
  // The second Ctrl-C is the system's, and ends the process at once.
  process.once("SIGINT", () => interruption.abort(new Interruption(2)))
  process.once("SIGTERM", () => interruption.abort(new Interruption(15)))
  process.once("SIGHUP", () => interruption.abort(new Interruption(1)))
  // What nobody waited for fails in one line, too.
  process.on("uncaughtException", (error) => {
    report(error, args.includes("--json"))
    process.exit()
  })
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    // `strongroom ... | head` is no failure of ours: end as a program that the signal of a closed pipe kills.
    if (error.code === "EPIPE") process.exit(128 + 13)
    report(
      new StrongroomError("sink-failed", `Standard output can't be written: ${error.message}.`),
      args.includes("--json"),
    )
  })
  try {
    await createProgram(context, stdout).parseAsync(args, { from: "user" })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return
    // Also where the arguments themselves are wrong, and no command has read its options.
    report(error, args.includes("--json"))
  }
}

function report(error: unknown, json: boolean): void {
  const { code, message, exitCode } = failureOf(error, interruption.signal)
  process.exitCode = exitCode
  if (json) stderr.write(`${jsonText({ error: { code, message } })}\n`)
  else stderr.write(`${red("error:", stderr, environment)} ${message} (${code})\n`)
  if (environment.STRONGROOM_DEBUG === "1" && error instanceof Error)
    stderr.write(`${printableLines(error.stack ?? "")}\n`)
}

await main(process.argv.slice(2))
