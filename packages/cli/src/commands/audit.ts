import { openSync } from "node:fs"
import { audit, formatAudit } from "@strongroom/audit"
import type { Command } from "commander"
import { type CommonOptions, type Context, describeCommand } from "../command.js"
import { Interruption } from "../failure.js"
import { collect } from "../parse.js"
import { printableLines } from "../terminal.js"

interface AuditCommandOptions extends CommonOptions {
  readonly model?: readonly string[]
}

/** `strongroom audit`: runs any program and tells what it wrote. */
export function auditCommand(context: Context): Command {
  return (
    describeCommand(
      "audit",
      "run a program and tell every file that it wrote",
      "strongroom audit --model ocr.onnx -- python3 infer.py",
      "Run any program and tell every file that it and its children created, changed, renamed or removed, with what was in " +
        "it, also where it was removed at once. With --model, look for that model's weights and names in all of it. On " +
        "Linux, without privileges. What it can miss is in its report",
    )
      .argument("<command>", "the program: a path, or a name in PATH")
      .argument("[arguments...]", "its arguments")
      // Options after the program are the program's.
      .passThroughOptions()
      .option(
        "--model <file>",
        "a model to look for, not encrypted (can be repeated, for its files of weights)",
        collect,
      )
      .addHelpText(
        "after",
        "\nExit codes: 0 nothing of the model was found, or none was given; 3 something was found; 4 not everything was seen;" +
          "\n130 interrupted, with the report; 1, 2 as ever. How the program itself ended is in the report.",
      )
      .action((command: string, args: readonly string[], options: AuditCommandOptions) =>
        run(command, args, options, context),
      )
  )
}

async function run(command: string, args: readonly string[], options: AuditCommandOptions, context: Context) {
  const terminal = context.terminal(options)
  const progress = terminal.progress("Examining files", "count")
  try {
    const report = await audit({
      command,
      args,
      ...(options.model && { model: options.model }),
      // A report as JSON stays one object.
      ...(options.json && { standard: [0, 2, 2] }),
      ...(options.quiet && { standard: [0, openSync("/dev/null", "w"), 2] }),
      signal: context.signal,
      onWaiting: () => terminal.note(`${command} has ended; waiting for what it started. Ctrl-C waits no longer.`),
      onProgress: progress.update,
    })
    progress.end()
    terminal.result(report, printableLines(formatAudit(report)))
    const lost = report.files.some((file) => file.lost.length > 0)
    if (!report.complete || report.unseen.length > 0 || lost) process.exitCode = 4
    if (report.model && report.model.foundIn > 0) process.exitCode = 3
    if (context.signal.reason instanceof Interruption) process.exitCode = context.signal.reason.exitCode
  } finally {
    progress.end()
  }
}
