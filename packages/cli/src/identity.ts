import type { Command } from "commander"
import type { Context } from "./command.js"
import { askPassphrase, readPassphrase } from "./passphrase.js"

export interface IdentityOptions {
  readonly identity?: string
  readonly passphrase?: true
  readonly passphraseFile?: string
}

/** Adds what opens a grant to a command: `--identity`, `--passphrase`, `--passphrase-file`. */
export function identityOptions(command: Command): Command {
  return command
    .option("--identity <file>", "the age identity file that opens the grant")
    .option("--passphrase", "ask for the passphrase that opens the grant")
    .option("--passphrase-file <file>", "read that passphrase from the first line of a file")
}

/** What {@link identityOptions} said. An identity's file isn't read yet: a vault does that itself. */
export async function readIdentity(
  { identity, passphrase, passphraseFile }: IdentityOptions,
  { console, signal }: Context,
): Promise<{ readonly file: string } | { readonly passphrase: string }> {
  const ways = [identity !== undefined, passphrase, passphraseFile !== undefined].filter(Boolean).length
  if (ways !== 1) {
    throw new TypeError("Say what opens the grant, in one way: --identity, --passphrase or --passphrase-file.")
  }
  if (identity !== undefined) return { file: identity }
  if (passphraseFile !== undefined) return { passphrase: await readPassphrase(passphraseFile, signal) }
  return { passphrase: await askPassphrase("Passphrase of the grant: ", console, signal) }
}
