import { readFileSync } from "node:fs"
import { Command, Help, type Option } from "commander"
import { addCommonOptions, type Context } from "./command.js"
import { auditCommand } from "./commands/audit.js"
import { doctorCommand } from "./commands/doctor.js"
import { grantCommand } from "./commands/grant.js"
import { inspectCommand } from "./commands/inspect.js"
import { keygenCommand } from "./commands/keygen.js"
import { keyringCommand } from "./commands/keyring.js"
import { leakCommand } from "./commands/leak.js"
import { runCommand } from "./commands/run.js"
import { sealCommand } from "./commands/seal.js"
import { setupCommand } from "./commands/setup.js"
import { sweepCommand } from "./commands/sweep.js"
import { verifyCommand } from "./commands/verify.js"
import type { Stream } from "./terminal.js"

/** All commands. Parsing throws a CommanderError where commander by itself would end the process. */
export function createProgram(context: Context, stdout: Stream): Command {
  const program = new Command("strongroom")
    .description(
      "Seals neural networks, grants them to customers, runs them in a vault, and tells what programs leave behind.",
    )
    .version(readVersion())
    // So that options after the program of `audit` are that program's.
    .enablePositionalOptions()
    .addHelpText(
      "after",
      "\nExit codes: 0 success, 1 failed, 2 misuse, 130 interrupted;" +
        "\naudit, leak and sweep: 3 something was found; audit: 4 not everything was seen." +
        "\nExample: strongroom seal ocr.onnx -o ocr.sealed --key publisher.key",
    )
    .addCommand(keygenCommand(context))
    .addCommand(keyringCommand(context))
    .addCommand(sealCommand(context))
    .addCommand(grantCommand(context))
    .addCommand(inspectCommand(context))
    .addCommand(verifyCommand(context))
    .addCommand(runCommand(context))
    .addCommand(doctorCommand(context))
    .addCommand(auditCommand(context))
    .addCommand(leakCommand(context))
    .addCommand(sweepCommand(context))
    .addCommand(setupCommand(context))
  for (const command of everyCommand(program)) {
    if (command.commands.length === 0) addCommonOptions(command)
    command.exitOverride().configureHelp({ subcommandTerm, optionDescription })
    // Errors are written by main, in one form for all.
    command.configureOutput({ writeOut: (text) => void stdout.write(text), outputError() {} })
  }
  return program
}

/** Names alone: with their options and arguments, the list is wider than a terminal. */
const subcommandTerm = (command: Command): string => command.name()

/** As commander describes an option, and whether a command does without it. */
const optionDescription = (option: Option): string => {
  const description = Help.prototype.optionDescription(option)
  return option.mandatory && option.defaultValue === undefined ? `${description} (required)` : description
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)]
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
  return version
}
