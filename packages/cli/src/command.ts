import { Command } from "commander"
import type { Console } from "./passphrase.js"
import type { Terminal } from "./terminal.js"

/** What a command is given of the world. */
export interface Context {
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal
  readonly console: Console
  terminal(options: CommonOptions): Terminal
}

/** Options of every command. */
export interface CommonOptions {
  readonly json?: true
  readonly quiet?: true
}

/** A command with an example at the end of its help. `summary` is for the list of commands. */
export function describeCommand(name: string, summary: string, example: string, description = summary): Command {
  return new Command(name)
    .summary(summary)
    .description(`${description[0]?.toUpperCase()}${description.slice(1)}.`)
    .addHelpText("after", `\nExample:\n${example.replace(/^/gm, "  ")}`)
}

/** Adds the options that every command has, after its own. */
export function addCommonOptions(command: Command): void {
  command
    .option("--json", "print the result as one JSON object, and errors as JSON on stderr")
    .option("-q, --quiet", "no progress and no remarks")
}
