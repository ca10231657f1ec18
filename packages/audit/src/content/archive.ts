import { constants, inflateRawSync, unzipSync } from "node:zlib"

/** A file in an archive. */
export interface Entry {
  readonly name: string
  readonly bytes: Uint8Array
}

/** What an entry may have at most: a small archive can name petabytes. */
const mostBytes = 1 << 30

/**
 * What is packed in a gzip file or in a zip archive (stored or deflated entries, without encryption and ZIP64); nothing
 * for all else. An entry that is damaged, or cut, gives what can be had of it; one longer than 1 GiB nothing.
 */
export function entriesOf(bytes: Uint8Array): Entry[] {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    const whole = tryTo(() => unzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: mostBytes }))
    return whole && whole.length > 0 ? [{ name: "", bytes: whole }] : []
  }
  return bytes[0] === 0x50 && bytes[1] === 0x4b ? zipEntries(bytes) : []
}

/** APPNOTE.TXT: the central directory has the lengths, which local headers may leave out. */
function zipEntries(bytes: Uint8Array): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: Entry[] = []
  for (let at = directoryOf(view); at + 46 <= bytes.length && view.getUint32(at, true) === 0x02014b50; ) {
    const [method, packed, nameLength] = [
      view.getUint16(at + 10, true),
      view.getUint32(at + 20, true),
      view.getUint16(at + 28, true),
    ]
    const local = view.getUint32(at + 42, true)
    const name = Buffer.from(bytes.subarray(at + 46, at + 46 + nameLength)).toString("utf8")
    const unpacked = unpack(view, bytes, { local, method, packed })
    if (unpacked) entries.push({ name, bytes: unpacked })
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return entries
}

/** Where the central directory begins: its end has that, before a comment of at most 64 KiB. */
function directoryOf(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 65_535); at--)
    if (view.getUint32(at, true) === 0x06054b50) return view.getUint32(at + 16, true)
  return view.byteLength
}

interface Place {
  readonly local: number
  readonly method: number
  readonly packed: number
}

function unpack(view: DataView, bytes: Uint8Array, { local, method, packed }: Place): Uint8Array | undefined {
  if (local + 30 > bytes.length) return undefined
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
  const content = bytes.subarray(start, start + packed)
  if (method === 0) return content
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: mostBytes }
  return method === 8 ? tryTo(() => inflateRawSync(content, options)) : undefined
}

function tryTo(action: () => Uint8Array): Uint8Array | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}
