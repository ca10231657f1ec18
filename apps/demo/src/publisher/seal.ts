import { rename, stat, writeFile } from "node:fs/promises"
import { createGrant, type Policy, StrongroomError, sealModel, verifySealedModel } from "@strongroom/core"
import { fileSink, fileSource, importPath, nodeCryptography } from "@strongroom/core/node"
import type { PublisherKeys } from "./keys.js"
import { digestOf, type LedgerEntry } from "./ledger.js"
import { type ModelName, modelFile } from "./models.js"

const cryptography = nodeCryptography

/** Never outside a vault, and what an engine compiles may stay behind only sealed. */
const policy: Policy = { vault: true, cache: ["off", "memory", "sealed"] }
const policyText = JSON.stringify(policy)

/** What one model is delivered as. */
export interface DeliveredFiles {
  /** The same for every customer. */
  readonly sealed: string
  /** For one recipient. */
  readonly grant: string
}

export interface SealingOptions {
  readonly signal?: AbortSignal
  onProgress?(doneBytes: number, totalBytes: number): void
}

/** Seals one model and grants it to one recipient, over whatever was delivered before. */
export async function sealAndGrant(
  name: ModelName,
  files: DeliveredFiles,
  keys: PublisherKeys,
  recipient: string,
  options: SealingOptions = {},
): Promise<LedgerEntry> {
  const path = modelFile(name)
  const source = await digestOf(path, options.signal)
  const model = await importPath(path)
  const { header, contentKey, modelId } = await sealModel(model, {
    publisher: keys.privateKey,
    sink: fileSink(files.sealed, { overwrite: true }),
    label: `PP-OCRv4 ${name}`,
    policy,
    cryptography,
    ...options,
  })
  try {
    const sealed = fileSource(files.sealed)
    const grant = await createGrant({ model: sealed, contentKey, signingKey: keys.privateKey, recipient, cryptography })
    await sealed.close()
    await writeFile(`${files.grant}.part`, grant)
    await rename(`${files.grant}.part`, files.grant)
  } finally {
    // This publisher has one customer; with more, it would keep the content key for their grants.
    contentKey.fill(0)
  }
  const { commitment } = JSON.parse(new TextDecoder().decode(header)) as { commitment: string }
  const grant = await digestOf(files.grant, options.signal)
  return { source, model: modelId, commitment, policy: policyText, recipient, grant }
}

/** Whether what was delivered is still what the ledger says: every byte of it, for this model and this recipient. */
export async function isStillGood(
  name: ModelName,
  files: DeliveredFiles,
  keys: PublisherKeys,
  recipient: string,
  entry: LedgerEntry | undefined,
  signal?: AbortSignal,
): Promise<boolean> {
  if (entry === undefined || entry.recipient !== recipient || entry.policy !== policyText) return false
  if (!(await isFile(files.grant)) || (await digestOf(files.grant, signal)) !== entry.grant) return false
  if ((await digestOf(modelFile(name), signal)) !== entry.source) return false
  const sealed = fileSource(files.sealed)
  try {
    const { header } = await verifySealedModel(sealed, {
      trust: [keys.publicKey],
      cryptography,
      ...(signal && { signal }),
    })
    return header.model === entry.model && header.commitment === entry.commitment
  } catch (error) {
    if (StrongroomError.is(error)) return false
    throw error
  } finally {
    await sealed.close()
  }
}

async function isFile(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => undefined)
  return status?.isFile() === true
}
