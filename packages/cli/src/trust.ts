import { publisherId, readKeyring, StrongroomError, type Trust } from "@strongroom/core"
import type { Command } from "commander"
import { collect } from "./parse.js"
import { readSmallFile, readText } from "./read-files.js"

export interface TrustOptions {
  readonly trust?: readonly string[]
  readonly keyring?: readonly string[]
}

/** Adds `--trust` and `--keyring` to a command. */
export function trustOptions(command: Command): Command {
  return command
    .option("--trust <file>", "a publisher's public key that you trust (PEM; can be repeated)", collect)
    .option("--keyring <file>", "the keyring of a publisher that you trust (can be repeated)", collect)
}

/** Reads what {@link trustOptions} named. A keyring belongs to the publisher that it names. */
export async function readTrust({ trust = [], keyring = [] }: TrustOptions, signal: AbortSignal): Promise<Trust[]> {
  const keyrings = new Map<string, Uint8Array>()
  for (const path of keyring) {
    const bytes = await readSmallFile(path, signal)
    keyrings.set(readKeyring(bytes).publisher, bytes)
  }
  const trusted: Trust[] = []
  for (const path of trust) {
    const publisher = await readText(path, signal)
    const id = publisherId(publisher)
    const own = keyrings.get(id)
    keyrings.delete(id)
    trusted.push(own === undefined ? { publisher } : { publisher, keyring: own })
  }
  const [stray] = keyrings.keys()
  if (stray !== undefined) {
    throw new RangeError(`A keyring is of publisher ${stray}, whose public key isn't given with --trust.`)
  }
  return trusted
}

/** As {@link readTrust}, where nothing can be opened without. @throws StrongroomError `trust-missing`, and as it does. */
export async function readSomeTrust(options: TrustOptions, signal: AbortSignal): Promise<Trust[]> {
  const trust = await readTrust(options, signal)
  if (trust.length > 0) return trust
  const message = "No publisher is trusted, so no model can be. Give its public key with --trust publisher.pub."
  throw new StrongroomError("trust-missing", message)
}
