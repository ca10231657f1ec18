import { equalBytes } from "../bytes.js"
import type { BlockStore } from "./block-store.js"
import { bytesOf } from "./kept-bytes.js"

/** One model that is kept. */
export interface KeptModel {
  /** The digest of the name under which it is kept, in hex. */
  readonly key: string
  /** Of ciphertext. */
  readonly byteLength: number
  /** When it was opened last. */
  readonly lastUsed: Date
}

/** A folder of the origin-private file system with a folder for each model in it. */
export interface ModelFolder {
  /** `key` is a folder's name. */
  model(key: Promise<string>): BlockStore
  list(): Promise<readonly KeptModel[]>
  clear(): Promise<void>
}

/** A model's folder holds this file, and one for each block, by its index. */
const frontName = "front"

/** `maxBytes` is for all models together; those opened longest ago make room. */
export function opfsFolder(name: string, maxBytes: number): ModelFolder {
  /** What is there, as far as this page knows; other pages of the origin may put more. */
  let bytesThere: number | undefined
  let last: Promise<unknown> = Promise.resolve()

  const root = () => navigator.storage.getDirectory()
  const folder = async () => (await root()).getDirectoryHandle(name, { create: true })

  async function list(): Promise<readonly KeptModel[]> {
    const models: KeptModel[] = []
    for await (const [key, handle] of (await folder()).entries()) {
      if (handle.kind === "directory") models.push(await describe(key, handle as FileSystemDirectoryHandle))
    }
    return models
  }

  /** One after another, since each counts on what the one before left. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work)
    last = result.catch(() => {})
    return result
  }

  /** Makes room by forgetting other models. True if there is enough. */
  async function hasRoom(key: string, more: number): Promise<boolean> {
    if (bytesThere === undefined || bytesThere + more > maxBytes) {
      const models = [...(await list())].sort((a, b) => a.lastUsed.getTime() - b.lastUsed.getTime())
      bytesThere = models.reduce((sum, { byteLength }) => sum + byteLength, 0)
      for (const oldest of models) {
        if (bytesThere + more <= maxBytes) break
        if (oldest.key === key) continue
        await (await folder()).removeEntry(oldest.key, { recursive: true })
        bytesThere -= oldest.byteLength
      }
    }
    return bytesThere + more <= maxBytes
  }

  async function keep(key: string, file: string, bytes: Uint8Array): Promise<void> {
    if (!(await hasRoom(key, bytes.length))) return
    const model = await (await folder()).getDirectoryHandle(key, { create: true })
    await write(model, file, bytes)
    bytesThere = (bytesThere ?? 0) + bytes.length
  }

  function model(key: Promise<string>): BlockStore {
    const get = (file: string) =>
      unlessRefused(async () => find(await (await folder()).getDirectoryHandle(await key), file))
    const put = (file: string, bytes: Uint8Array) =>
      unlessRefused(() => inTurn(async () => keep(await key, file, bytes)))
    return {
      front: () => get(frontName),
      async begin(front) {
        const kept = await get(frontName)
        const before = kept && (await bytesOf(kept, front.length))
        if (kept !== undefined && !(before && equalBytes(before, front))) {
          await unlessRefused(() => inTurn(async () => (await folder()).removeEntry(await key, { recursive: true })))
          bytesThere = undefined
        }
        // Also where it is the same: the file's date says when the model was opened last.
        await put(frontName, front)
      },
      get: (index) => get(String(index)),
      put: (index, block) => put(String(index), block),
    }
  }

  return {
    model,
    list: async () => (await unlessRefused(list)) ?? [],
    clear: () =>
      inTurn(async () => {
        bytesThere = undefined
        await unlessRefused(async () => (await root()).removeEntry(name, { recursive: true }))
      }),
  }
}

async function describe(key: string, folder: FileSystemDirectoryHandle): Promise<KeptModel> {
  let [byteLength, lastUsed] = [0, 0]
  for await (const [name, handle] of folder.entries()) {
    const file = await (handle as FileSystemFileHandle).getFile()
    byteLength += file.size
    if (name === frontName) lastUsed = file.lastModified
  }
  return { key, byteLength, lastUsed: new Date(lastUsed) }
}

async function find(folder: FileSystemDirectoryHandle, name: string): Promise<Blob> {
  return (await folder.getFileHandle(name)).getFile()
}

/** Whole or not at all: what is written becomes visible when it is closed. */
async function write(folder: FileSystemDirectoryHandle, name: string, bytes: Uint8Array): Promise<void> {
  const stream = await (await folder.getFileHandle(name, { create: true })).createWritable()
  try {
    await stream.write(bytes as Uint8Array<ArrayBuffer>)
    await stream.close()
  } catch (error) {
    await stream.abort().catch(() => {})
    throw error
  }
}

/** What the browser refuses, or has forgotten, isn't there. */
async function unlessRefused<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch {
    return undefined
  }
}
