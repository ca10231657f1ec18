import { resolve } from "node:path"
import { findResidue, formatResidue, removeResidue } from "@strongroom/audit"
import { leftDirectories } from "@strongroom/vault"
import type { Command } from "commander"
import { type CommonOptions, type Context, describeCommand } from "../command.js"
import { formatBytes, printableLines } from "../terminal.js"

interface SweepCommandOptions extends CommonOptions {
  readonly yes?: true
}

/** `strongroom sweep`: finds what was left behind, and removes it when told to. */
export function sweepCommand(context: Context): Command {
  return describeCommand(
    "sweep",
    "find plaintext that was left behind, and remove it",
    "strongroom sweep --yes",
    "List what crashed programs, and programs without a vault, have left of yours: caches of kernels, temporary files, " +
      "dumps, core files, folders of vaults that were killed; and remove it with --yes, but for what a process uses or " +
      "others own, and whole folders that a variable names. Links are never followed",
  )
    .argument(
      "[folders...]",
      "folders where programs were run: look in these only (default: all usual places, and this folder)",
    )
    .option("--yes", "remove what is found")
    .addHelpText("after", "\nExit codes: 0 nothing is left; 3 something is; 1, 2 as ever.")
    .action((folders: readonly string[], options: SweepCommandOptions) => run(folders, options, context))
}

async function run(folders: readonly string[], options: SweepCommandOptions, { signal, ...context }: Context) {
  const terminal = context.terminal(options)
  const found = await findResidue(
    folders.length > 0
      ? { folders: folders.map((folder) => resolve(folder)), onlyFolders: true, signal }
      : { left: await leftDirectories(), signal },
  )
  const removed = options.yes ? await removeResidue(found) : []
  const total = removed.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const outcome = options.yes
    ? [`Removed ${removed.length} of ${found.length}, ${formatBytes(total)}.`]
    : found.length > 0
      ? ["Nothing was removed: --yes does."]
      : []
  terminal.result({ found, removed }, printableLines([formatResidue(found), ...outcome].join("\n")))
  if (removed.length < found.length) process.exitCode = 3
}
