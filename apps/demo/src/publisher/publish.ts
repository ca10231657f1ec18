import { copyFile, mkdir, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { publisherKeys } from "./keys.js"
import { type Ledger, readLedger, writeLedger } from "./ledger.js"
import { alphabetFile, type ModelName, modelFile, modelNames } from "./models.js"
import { type DeliveredFiles, isStillGood, type SealingOptions, sealAndGrant } from "./seal.js"

export interface PublishOptions extends SealingOptions {
  /** The publisher's own folder: its private key and its ledger. */
  readonly folder: string
  /** What goes to the customer, and could as well lie on a web server. */
  readonly delivery: string
  /** The customer's age recipient. */
  readonly recipient: string
}

/**
 * The publisher's part, all of it: keys, three sealed models, three grants. In real life this happens once, elsewhere;
 * the customer gets the folder `delivery` and never sees a model in the clear. What was delivered before and is still
 * good stays.
 */
export async function publish(options: PublishOptions): Promise<{ sealed: ModelName[]; kept: ModelName[] }> {
  const { folder, delivery, recipient, signal } = options
  const keys = await publisherKeys(folder)
  await mkdir(delivery, { recursive: true })
  await writeFile(join(delivery, "publisher.pub"), keys.publicKey)
  await copyFile(alphabetFile, join(delivery, "alphabet.txt"))

  let ledger = await readLedger(folder)
  const sealed: ModelName[] = []
  const kept: ModelName[] = []
  for (const name of modelNames) {
    const good = await isStillGood(name, deliveredFiles(delivery, name), keys, recipient, ledger[name], signal)
    ;(good ? kept : sealed).push(name)
  }
  const total = (await Promise.all(sealed.map((name) => stat(modelFile(name))))).reduce(
    (sum, { size }) => sum + size,
    0,
  )
  let before = 0
  for (const name of sealed) {
    const { size } = await stat(modelFile(name))
    const entry = await sealAndGrant(name, deliveredFiles(delivery, name), keys, recipient, {
      ...(signal && { signal }),
      onProgress: (done, all) => options.onProgress?.(before + size * (done / all), total),
    })
    before += size
    ledger = { ...ledger, [name]: entry } satisfies Ledger
    await writeLedger(folder, ledger)
  }
  return { sealed, kept }
}

function deliveredFiles(delivery: string, name: ModelName): DeliveredFiles {
  return { sealed: join(delivery, `${name}.sealed`), grant: join(delivery, `${name}.grant`) }
}
