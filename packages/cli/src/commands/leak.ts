import { formatLeak, leak } from "@strongroom/audit"
import type { Command } from "commander"
import { type CommonOptions, type Context, describeCommand } from "../command.js"
import { collect } from "../parse.js"
import { printableLines } from "../terminal.js"

interface LeakCommandOptions extends CommonOptions {
  readonly model?: readonly string[]
  readonly reference?: string
}

/** `strongroom leak`: what a cache of compiled programs gives away. */
export function leakCommand(context: Context): Command {
  return describeCommand(
    "leak",
    "tell what a cache of compiled kernels gives away",
    "strongroom leak ~/.cache/pocl --model ocr.onnx",
    "Read a cache of compiled programs and tell what it gives away of the model that was compiled: weights, graph, " +
      "source, names, shapes, constants, options; each with its points, 100 in all. With --reference, say whether the " +
      "cache is of the same model as another",
  )
    .argument("<folder>", "the cache: a folder or a file")
    .option("--model <file>", "a model to look for, not encrypted (can be repeated, for its files of weights)", collect)
    .option("--reference <folder>", "the cache of a known model, to compare with")
    .addHelpText("after", "\nExit codes: 0 it gives nothing away; 3 it does; 1, 2 as ever.")
    .action((folder: string, options: LeakCommandOptions) => run(folder, options, context))
}

async function run(folder: string, options: LeakCommandOptions, { signal, ...context }: Context) {
  const terminal = context.terminal(options)
  const progress = terminal.progress("Reading")
  const { model, reference } = options
  try {
    const report = await leak(folder, {
      ...(model && { model }),
      ...(reference !== undefined && { reference }),
      signal,
      onProgress: progress.update,
    })
    progress.end()
    terminal.result(report, printableLines(formatLeak(report)))
    if (report.score > 0) process.exitCode = 3
  } finally {
    progress.end()
  }
}
