import { readU32, u16, u32, u64, utf8 } from "../bytes.js"

/*
 * A folder in one piece of bytes (spec/cache-policy.md, Folders):
 *
 *     "SRFOLDR1" | u32 entries | for each: u8 kind | u16 length of the path | path | u64 length | bytes
 *
 * Only folders and regular files, in the order of their paths' bytes; neither modes nor times: the same contents are the
 * same bytes.
 */

const magic = utf8("SRFOLDR1")
const kinds = { folder: 0, file: 1 } as const

export const archiveLimits = { entries: 65_536, pathBytes: 4096 } as const

/** What is at one path, which is relative and has slashes. */
export interface ArchiveEntry {
  readonly path: string
  /** Absent: a folder. */
  readonly bytes?: Uint8Array
}

/** What an archive will hold: files' bytes come later. */
export interface PlannedEntry {
  readonly path: string
  /** Absent: a folder. */
  readonly byteLength?: number
}

/** What divides paths on some platform, ends texts in C, or stands for what wasn't UTF-8. */
const unusable = /[\\:\0\uFFFD]/

/** Whether a path can be in an archive: of usable names, below where it is unpacked, on every platform the same. */
export function isArchivePath(path: string): boolean {
  if (utf8(path).length > archiveLimits.pathBytes || utf8(path).length === 0) return false
  return path.split("/").every((name) => name !== "" && name !== "." && name !== ".." && !unusable.test(name))
}

/** How many bytes an archive of these takes. */
export function archiveLength(entries: readonly PlannedEntry[]): number {
  return entries.reduce((sum, { path, byteLength = 0 }) => sum + 11 + utf8(path).length + byteLength, magic.length + 4)
}

/**
 * Writes all but the files' bytes to `target`, which is {@link archiveLength} long, and gives for each entry the room for
 * its bytes. `entries` are sorted by {@link comparePaths}.
 */
export function layOutArchive(entries: readonly PlannedEntry[], target: Uint8Array): readonly Uint8Array[] {
  let at = 0
  const write = (bytes: Uint8Array) => {
    target.set(bytes, at)
    at += bytes.length
  }
  write(magic)
  write(u32(entries.length))
  return entries.map(({ path, byteLength }) => {
    const name = utf8(path)
    write(Uint8Array.of(byteLength === undefined ? kinds.folder : kinds.file))
    write(u16(name.length))
    write(name)
    write(u64(byteLength ?? 0))
    const room = target.subarray(at, at + (byteLength ?? 0))
    at += room.length
    return room
  })
}

/**
 * The entries of an archive, whose bytes are views of it.
 *
 * @throws RangeError for anything that isn't exactly an archive: a path that leaves the folder, that comes twice or out
 * of order, or whose folder isn't there, among others. Nothing is to be unpacked of such a one.
 */
export function readArchive(archive: Uint8Array): readonly ArchiveEntry[] {
  let at = 0
  const take = (length: number) => {
    if (length > archive.length - at) throw malformed("it is cut short")
    at += length
    return archive.subarray(at - length, at)
  }
  if (!take(magic.length).every((byte, i) => byte === magic[i])) throw malformed("it begins with something else")
  const count = readU32(take(4), 0)
  if (count > archiveLimits.entries) throw malformed("it has too many entries")
  const folders = new Set([""])
  const entries: ArchiveEntry[] = []
  for (let i = 0; i < count; i++) {
    const [kind, low = 0, high = 0] = take(3)
    const path = decode(take(low | (high << 8)))
    const length = take(8)
    const bytes = take(readU32(length, 0) + readU32(length, 4) * 2 ** 32)
    const previous = entries.at(-1)
    if (!isArchivePath(path)) throw malformed("a path isn't one below its folder")
    if (previous !== undefined && comparePaths(previous, { path }) >= 0) throw malformed("paths aren't in order")
    if (!folders.has(path.slice(0, Math.max(0, path.lastIndexOf("/"))))) throw malformed("a path's folder isn't there")
    if (kind === kinds.folder && bytes.length === 0) folders.add(path)
    else if (kind !== kinds.file) throw malformed("an entry is neither a folder nor a file")
    entries.push(kind === kinds.file ? { path, bytes } : { path })
  }
  if (at !== archive.length) throw malformed("something follows its last entry")
  return entries
}

/** The order of paths in an archive: that of their UTF-8 bytes, in which a folder comes before what is in it. */
export function comparePaths(a: { readonly path: string }, b: { readonly path: string }): number {
  const [one, other] = [utf8(a.path), utf8(b.path)]
  const at = one.findIndex((byte, i) => byte !== other[i])
  return at < 0 ? one.length - other.length : (one[at] as number) - (other[at] ?? -1)
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw malformed("a path isn't UTF-8")
  }
}

function malformed(reason: string): RangeError {
  return new RangeError(`The bytes are no folder that was packed: ${reason}.`)
}
