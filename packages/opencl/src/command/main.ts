#!/usr/bin/env node
import { readFileSync } from "node:fs"
import { OpenCLError } from "../native/index.js"
import { help, parseCommand } from "./arguments.js"
import { info } from "./info.js"
import { printable } from "./text.js"

const { stdout, stderr } = process
const args = process.argv.slice(2)

async function main(): Promise<void> {
  const command = parseCommand(args)
  if (command.name === "info") {
    const { text, exitCode } = await info(command.json, command.timeoutMilliseconds)
    process.exitCode = exitCode
    stdout.write(`${text}\n`)
  } else stdout.write(`${command.name === "help" ? help : readVersion()}\n`)
}

function readVersion(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version
}

function report(error: unknown): void {
  process.exitCode = error instanceof TypeError ? 2 : 1
  const message = error instanceof Error ? error.message : String(error)
  const code = OpenCLError.is(error) ? error.code : error instanceof TypeError ? "usage" : "internal"
  if (args.includes("--json")) stderr.write(`${JSON.stringify({ error: { code, message } })}\n`)
  else stderr.write(`error: ${printable(message)}\n`)
}

// `npx @strongroom/opencl info | head` is no failure of ours: end as a program that the signal of a closed pipe kills.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(128 + 13)
  report(error)
})
main().catch(report)
