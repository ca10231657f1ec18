import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import type { ModelName } from "./models.js"

/** What the publisher noted when it sealed a model. No keys. */
export interface LedgerEntry {
  /** SHA-256, hex, of the model in the clear. */
  readonly source: string
  /** The sealed model's id and key commitment, hex: which seal of it was delivered. */
  readonly model: string
  readonly commitment: string
  /** JSON of the policy that it was sealed with, which only who holds its content key can read in it. */
  readonly policy: string
  /** For whom the grant is, and its SHA-256, hex. */
  readonly recipient: string
  readonly grant: string
}

export type Ledger = { readonly [name in ModelName]?: LedgerEntry }

const fileName = "ledger.json"

/** The ledger in `folder`; empty where there is none, or none that can be read: then all is sealed anew. */
export async function readLedger(folder: string): Promise<Ledger> {
  try {
    const ledger: unknown = JSON.parse(await readFile(join(folder, fileName), "utf8"))
    return typeof ledger === "object" && ledger !== null ? ledger : {}
  } catch {
    return {}
  }
}

export async function writeLedger(folder: string, ledger: Ledger): Promise<void> {
  const path = join(folder, fileName)
  await writeFile(`${path}.part`, `${JSON.stringify(ledger, null, 2)}\n`)
  await rename(`${path}.part`, path)
}

/** SHA-256 of a file, hex. */
export async function digestOf(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256")
  await pipeline(createReadStream(path), hash, { ...(signal && { signal }) })
  return hash.digest("hex")
}
