import { StrongroomError } from "@strongroom/core"
import { readText } from "./read-files.js"

/**
 * The recipients that `--to` gives: `age1...` as they are; `@FILE` has one a line, with comments after `#`, as `age -R`
 * reads them. Whether they are whole is checked when the grant is made.
 *
 * @throws StrongroomError `recipient-invalid`, and what reading files throws; its messages hold nothing of a secret.
 */
export async function readRecipients(to: readonly string[], signal: AbortSignal): Promise<string[]> {
  const recipients: string[] = []
  for (const entry of to) {
    if (entry.startsWith("@")) {
      recipients.push(...(await recipientsIn(entry.slice(1), signal)))
    } else if (/^age1/i.test(entry)) {
      recipients.push(entry)
    } else {
      throw new StrongroomError(
        "recipient-invalid",
        "--to takes a recipient, age1..., or @FILE for a file of recipients.",
      )
    }
  }
  return recipients
}

async function recipientsIn(path: string, signal: AbortSignal): Promise<string[]> {
  const lines = (await readText(path, signal)).split(/\r?\n/).map((line) => line.trim())
  const found = lines.filter((line) => line !== "" && !line.startsWith("#"))
  if (found.length === 0) throw new TypeError(`${path} names no recipient.`)
  if (found.some((line) => /^AGE-SECRET-KEY-/i.test(line))) {
    const message = `${path} is an identity, its holder's secret. Needed is its recipient, age1..., which is public.`
    throw new StrongroomError("recipient-invalid", message)
  }
  return found
}
