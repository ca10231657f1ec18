import { writeSync } from "node:fs"
import type { PlatformReport } from "./report.js"

/** What the child tells, one JSON text a line, each written before it goes on: the last one is where it ended. */
export type Message =
  /** What happens now, as the end of a sentence. */
  | { readonly kind: "stage"; readonly stage: string }
  | { readonly kind: "library"; readonly name: string }
  | { readonly kind: "no-library"; readonly message: string }
  | { readonly kind: "platform"; readonly platform: PlatformReport }
  | { readonly kind: "unloadable"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string }
  /** All was asked. */
  | { readonly kind: "done" }

/** Beside stdout and stderr, which drivers print to. */
export const messageDescriptor = 3

/** Writes a message, in the child; on a line of its own, whatever a driver wrote before. */
export function tell(message: Message): void {
  writeSync(messageDescriptor, `\n${JSON.stringify(message)}\n`)
}

/**
 * The messages of a child; without the last line if the child ended within it. Lines that are none are left out: a bad
 * driver may write there too.
 */
export function readMessages(text: string): Message[] {
  return text
    .split("\n")
    .slice(0, -1)
    .flatMap((line) => messageIn(line) ?? [])
}

function messageIn(line: string): Message | undefined {
  try {
    const value = JSON.parse(line)
    return typeof value?.kind === "string" ? value : undefined
  } catch {
    return undefined
  }
}
