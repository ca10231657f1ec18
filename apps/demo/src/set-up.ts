import { join } from "node:path"
import { customerIdentity } from "./app/identity.js"
import type { Progress } from "./progress.js"
import { publish } from "./publisher/publish.js"

/** The folders that the sample keeps, all below one that git ignores. */
export function foldersIn(root: string) {
  return {
    /** The publisher's: in real life on another machine. */
    publisher: join(root, "publisher"),
    /** What the publisher sends to the customer. */
    delivery: join(root, "delivery"),
    /** The customer's: its age identity. */
    identity: join(root, "customer", "reader.key"),
    /** What an engine compiled for this customer's device, as ciphertext; and which driver each of its vaults has. */
    artifacts: join(root, "customer", "artifacts"),
    drivers: join(root, "customer", "drivers"),
  }
}

/** What comes before the application's first start: the customer makes an identity, and the publisher delivers. */
export async function setUp(root: string, progress: Progress): Promise<void> {
  const { publisher, delivery, identity } = foldersIn(root)
  progress.begin("Customer: making an identity")
  const { recipient, made } = await customerIdentity(identity)
  progress.end(`Customer: identity ${made ? "made" : "kept"}, ${recipient.slice(0, 12)}...`)

  progress.begin("Publisher: sealing")
  const { sealed, kept } = await publish({
    folder: publisher,
    delivery,
    recipient,
    onProgress: (done, total) => progress.advance(done, total),
  })
  const did = [
    sealed.length > 0 && `sealed and granted ${sealed.join(", ")}`,
    kept.length > 0 && `verified ${kept.join(", ")}, delivered before`,
  ]
  progress.end(`Publisher: ${did.filter(Boolean).join("; ")}`)
}
