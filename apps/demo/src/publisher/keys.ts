import { mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { generatePublisherKeys, publicKeyOf } from "@strongroom/core"

/** The publisher's signing keys, PEM. Apps pin the public one. */
export interface PublisherKeys {
  readonly privateKey: string
  readonly publicKey: string
}

/** The keys in `folder`, made there the first time. The private one never leaves it. */
export async function publisherKeys(folder: string): Promise<PublisherKeys> {
  const path = join(folder, "publisher.key")
  const existing = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined
    throw error
  })
  if (existing !== undefined) return { privateKey: existing, publicKey: await publicKeyOf(existing) }
  const keys = await generatePublisherKeys()
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(path, keys.privateKey, { mode: 0o600, flag: "wx" })
  return keys
}
