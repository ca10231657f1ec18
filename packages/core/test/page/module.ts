// What core's tests do in a page. Values that can be copied go in and come out.
import {
  blobSource,
  bytesSource,
  createGrant,
  generateIdentity,
  httpSource,
  type Identity,
  lockIdentity,
  openSealedModel,
  recipientOf,
  type Source,
  StrongroomError,
  streamSource,
  unlockIdentity,
} from "@strongroom/core"
import { createPasskey, opfsCache, passkey } from "@strongroom/core/page"

/** What opens the model at an address, but the identity. */
export interface Shipped {
  readonly url: string
  readonly grant: Uint8Array
  readonly trust: string
}

/** `plaintext`'s SHA-256, in hex, or the code of the error, or its name. */
async function outcome(open: () => Promise<Uint8Array>): Promise<string> {
  try {
    return await digest(await open())
  } catch (error) {
    return StrongroomError.is(error) ? error.code : (error as Error).name
  }
}

export async function digest(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>)
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("")
}

async function openBy(source: Source, { grant, trust }: Shipped, identity: Identity, signal?: AbortSignal) {
  const model = await openSealedModel(source, { grant, identity, trust: [trust] }, { ...(signal && { signal }) })
  const bytes = (await model.parts[0]?.bytes({ signal })) as Uint8Array
  await model.close()
  return bytes
}

const fetched = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer())

// Identities

export const openWith = (shipped: Shipped, identity: string | { passphrase: string }) =>
  outcome(() => openBy(httpSource(shipped.url), shipped, identity))

let generated: CryptoKey | undefined

/** A key pair of this page, and its recipient. */
export async function generateKey(): Promise<string> {
  const { privateKey } = (await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"])) as CryptoKeyPair
  generated = privateKey
  return recipientOf(privateKey)
}

/** Whether the key can be exported, and what opening with it gives. */
export async function openWithKey(shipped: Shipped): Promise<[boolean, string]> {
  const key = generated as CryptoKey
  const exported = await crypto.subtle.exportKey("pkcs8", key).then(
    () => true,
    () => false,
  )
  return [exported, await outcome(() => openBy(httpSource(shipped.url), shipped, key))]
}

export const makePasskey = () => createPasskey({ name: "Strongroom's test" })

/** Grants to a passkey in the page; opens with it, with any passkey of the page's, and with an identity. */
export async function openWithPasskey(
  shipped: Shipped,
  text: string,
  contentKey: Uint8Array,
  signingKey: string,
): Promise<string[]> {
  const model = await fetched(shipped.url)
  const grant = await createGrant({ model, contentKey, signingKey, recipient: passkey(text) })
  const toPasskey = { ...shipped, grant }
  const { identity: stranger } = await generateIdentity()
  const outcomes: string[] = []
  // One after another: a browser asks its user one thing at a time.
  for (const identity of [passkey(text), passkey(), stranger]) {
    outcomes.push(await outcome(() => openBy(bytesSource(model), toPasskey, identity)))
  }
  return outcomes
}

/** An identity of this page's, locked by a passkey: its recipient, and the locked file. */
export async function lockedByPasskey(text: string): Promise<[string, Uint8Array]> {
  const { identity, recipient } = await generateIdentity()
  return [recipient, await lockIdentity(identity, passkey(text))]
}

export const openWithLocked = (shipped: Shipped, locked: Uint8Array, text: string) =>
  outcome(async () => openBy(httpSource(shipped.url), shipped, await unlockIdentity(locked, passkey(text))))

export const wrongPasskeyText = () => outcome(async () => passkey("AGE-PLUGIN-FIDO2PRF-1QQ") as never)

// Sources

export async function openFrom(
  kind: "http" | "download" | "stream" | "blob",
  shipped: Shipped,
  identity: string,
): Promise<{ outcome: string; heard: number[] }> {
  const heard: number[] = []
  const onProgress = (received: number) => void heard.push(received)
  const source = async (): Promise<Source> => {
    if (kind === "http") return httpSource(shipped.url, { onProgress })
    if (kind === "download") return httpSource(shipped.url, { withoutRanges: "download", onProgress })
    const response = await fetch(shipped.url)
    if (kind === "blob") return blobSource(await response.blob())
    return streamSource(response.body as ReadableStream<Uint8Array>, { onProgress })
  }
  return { outcome: await outcome(async () => openBy(await source(), shipped, identity)), heard }
}

/** Stops when so many bytes have come: the error's name, and what came until then. */
export async function stopAfter(bytes: number, shipped: Shipped, identity: string): Promise<[string, number]> {
  const stopping = new AbortController()
  let last = 0
  const onProgress = (received: number) => {
    last = received
    if (received >= bytes) stopping.abort(new DOMException("enough", "AbortError"))
  }
  const source = httpSource(shipped.url, { withoutRanges: "download", onProgress })
  return [await outcome(() => openBy(source, shipped, identity, stopping.signal)), last]
}

// The cache

export async function openCached(shipped: Shipped, identity: string, maxBytes?: number, name = shipped.url) {
  const cache = opfsCache({ ...(maxBytes !== undefined && { maxBytes }) })
  const source = cache.through(name, httpSource(shipped.url, { retries: 0 }))
  const [result, mostRead] = await watchingReads(() => outcome(() => openBy(source, shipped, identity)))
  const models = await cache.list()
  return { outcome: result, counts: source.counts(), models: models.map(({ byteLength }) => byteLength), mostRead }
}

/** What `work` gives, and how many bytes of a file were read at once at most meanwhile. */
async function watchingReads<T>(work: () => Promise<T>): Promise<[T, number]> {
  const { arrayBuffer } = Blob.prototype
  let most = 0
  Blob.prototype.arrayBuffer = function (this: Blob) {
    most = Math.max(most, this.size)
    return arrayBuffer.call(this)
  }
  try {
    return [await work(), most]
  } finally {
    Blob.prototype.arrayBuffer = arrayBuffer
  }
}

/** The control: how much is read at once of a kept file by who doesn't look how long it is. */
export async function readWhole(name: string): Promise<number> {
  const file = await (await (await modelFolder()).getFileHandle(name)).getFile()
  return (await watchingReads(() => file.arrayBuffer()))[1]
}

export const clearCache = () => opfsCache().clear()

async function modelFolder(): Promise<FileSystemDirectoryHandle> {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("strongroom")
  for await (const handle of folder.values()) return handle as FileSystemDirectoryHandle
  throw new Error("nothing is kept")
}

/** Replaces a kept file by what `change` makes of it. */
export async function changeKept(name: string, change: "flip" | "cut" | "empty" | "remove" | "giant"): Promise<void> {
  const folder = await modelFolder()
  if (change === "remove") return folder.removeEntry(name)
  const handle = await folder.getFileHandle(name)
  if (change === "giant") {
    const stream = await handle.createWritable({ keepExistingData: true })
    await stream.truncate(2 ** 27)
    return stream.close()
  }
  const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer())
  if (change === "flip") bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1
  const stream = await handle.createWritable()
  await stream.write(bytes.subarray(0, change === "cut" ? bytes.length - 1 : change === "empty" ? 0 : bytes.length))
  await stream.close()
}

// What is stored, for the controls

/** Stores bytes where pages can, in the clear. */
export async function storeInTheClear(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  await (await caches.open("clear")).put("/clear", new Response(bytes))
  const file = await (await navigator.storage.getDirectory()).getFileHandle("clear", { create: true })
  const stream = await file.createWritable()
  await stream.write(bytes)
  await stream.close()
  await inDatabase("readwrite", (store) => store.put(bytes, "clear"))
}

/** Stores a key of WebCrypto as pages do, by its object: made of the PKCS #8 form, and not extractable. */
export async function storeKey(pkcs8: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, { name: "X25519" }, false, ["deriveBits"])
  await inDatabase("readwrite", (store) => store.put(key, "key"))
  const again = await inDatabase("readonly", (store) => store.get("key"))
  return again instanceof CryptoKey && !again.extractable
}

async function inDatabase(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  const opening = indexedDB.open("test", 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore("values")
  const database = (await settled(opening)) as IDBDatabase
  const result = await settled(work(database.transaction("values", mode).objectStore("values")))
  database.close()
  return result
}

function settled(request: IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
