import { doctor, formatDoctor } from "@strongroom/audit"
import type { Command } from "commander"
import { type CommonOptions, type Context, describeCommand } from "../command.js"
import { reportHere } from "../engines.js"
import { findOpenCL } from "../opencl-here.js"
import { printableLines } from "../terminal.js"

interface DoctorCommandOptions extends CommonOptions {
  readonly all?: true
}

/** `strongroom doctor`: what is on this machine, what of it is open, and what a vault does about that. */
export function doctorCommand(context: Context): Command {
  return describeCommand(
    "doctor",
    "tell which drivers, runtimes, caches and open surfaces this machine has",
    "strongroom doctor --json | jq '.surfaces[] | select(.open) | .id'",
    "Tell which drivers, runtimes and caches this machine has, by which ways they would write or give away a model that " +
      "runs without a vault, with the variables of this environment and the files of this folder, where they write for " +
      "this user, and what a vault does about each. OpenCL's drivers are asked in processes of their own, a vault is " +
      "opened and closed; nothing is changed",
  )
    .option("--all", "also surfaces that are closed, and those of what isn't here")
    .addHelpText("after", "\nExit codes: 0 it has looked, whatever it found; 1, 2 as ever.")
    .action((options: DoctorCommandOptions) => run(options, context))
}

async function run(options: DoctorCommandOptions, { signal, ...context }: Context): Promise<void> {
  const terminal = context.terminal(options)
  const progress = terminal.progress("Looking", "count")
  try {
    progress.update(0, 3)
    const opencl = await findOpenCL()
    progress.update(1, 3)
    const vault = await reportHere(signal)
    progress.update(2, 3)
    const found = await doctor({ opencl, vault, signal })
    progress.end()
    terminal.result(found, printableLines(formatDoctor(found, { all: options.all === true })))
  } finally {
    progress.end()
  }
}
