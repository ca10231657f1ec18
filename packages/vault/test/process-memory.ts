import { closeSync, openSync, readFileSync, readSync } from "node:fs"

/** Bytes that are looked for, by what they are called. */
export type Secrets = { readonly [name: string]: Uint8Array }

const windowBytes = 16
const step = 4
const pageBytes = 4096
const mostAtOnce = 4 * 2 ** 20

/** What is searched: pieces of the secrets, so that part of one is found too. */
interface Window {
  readonly name: string
  readonly bytes: Buffer
}

export interface Scan {
  /** Names of the secrets of which anything was found. */
  readonly found: readonly string[]
  /**
   * Places at which a window was found. Divided by `windows`, how many whole copies that is; of memory that is mapped twice
   * there are two.
   */
  readonly hits: number
  readonly windows: number
  /** Of pages that were there and could be read. */
  readonly bytesRead: number
  /** Of pages that were there and couldn't. */
  readonly bytesRefused: number
}

/** Without windows that could be somewhere by chance: too few different bytes. @throws RangeError when none is left. */
function windowsOf(secrets: Secrets): Window[] {
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const windows: Window[] = []
    for (let at = 0; at + windowBytes <= secret.length; at += step) {
      const bytes = Buffer.from(secret.subarray(at, at + windowBytes))
      // Of 16 bytes no more than 4 bits a byte can be measured.
      if (entropyOf(bytes) >= 3) windows.push({ name, bytes })
    }
    if (windows.length === 0) throw new RangeError(`${name} has nothing that can be looked for.`)
    return windows
  })
}

/** Bits a byte. */
function entropyOf(bytes: Uint8Array): number {
  const counts = new Map<number, number>()
  for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum - (count / bytes.length) * Math.log2(count / bytes.length), 0)
}

/** Looks through all of a process's memory that is there, from outside, as root. Linux only. */
export function scanProcess(pid: number, secrets: Secrets): Scan {
  const windows = windowsOf(secrets)
  const byStart = new Map<number, Window[]>()
  const starts = new Uint8Array(65_536)
  for (const window of windows) {
    const start = window.bytes.readUInt16LE(0)
    starts[start] = 1
    byStart.set(start, [...(byStart.get(start) ?? []), window])
  }
  const found = new Set<string>()
  let [hits, bytesRead, bytesRefused] = [0, 0, 0]
  const [memory, pagemap] = [openSync(`/proc/${pid}/mem`, "r"), openSync(`/proc/${pid}/pagemap`, "r")]
  const piece = Buffer.allocUnsafe(mostAtOnce + windowBytes)
  let carried = 0

  function search(length: number): void {
    for (let i = 0; i + windowBytes <= length; i++) {
      const start = (piece[i] as number) | ((piece[i + 1] as number) << 8)
      if (starts[start] === 0) continue
      for (const { name, bytes } of byStart.get(start) ?? []) {
        if (bytes.compare(piece, i, i + windowBytes) !== 0) continue
        found.add(name)
        hits++
      }
    }
  }

  for (const { from, pages } of mappings(pid)) {
    const entries = Buffer.alloc(8 * Math.min(pages, 2 ** 16))
    carried = 0
    for (let page = 0; page < pages; ) {
      const count = Math.min(pages - page, entries.length / 8)
      readAt(pagemap, entries, 8 * count, 8n * (from / BigInt(pageBytes) + BigInt(page)))
      for (let i = 0; i < count; ) {
        if (!isThere(entries, i)) {
          carried = 0
          i++
          continue
        }
        let run = 1
        while (i + run < count && isThere(entries, i + run) && (run + 1) * pageBytes <= mostAtOnce) run++
        const target = piece.subarray(carried, carried + run * pageBytes)
        const read = readAt(memory, target, target.length, from + BigInt((page + i) * pageBytes))
        bytesRead += read
        bytesRefused += target.length - read
        search(carried + read)
        const kept = Math.min(windowBytes - 1, carried + read)
        piece.copyWithin(0, carried + read - kept, carried + read)
        carried = read === target.length ? kept : 0
        i += run
      }
      page += count
    }
  }
  closeSync(memory)
  closeSync(pagemap)
  return { found: [...found].sort(), hits, windows: windows.length, bytesRead, bytesRefused }
}

/** All but what is the kernel's. */
function mappings(pid: number): { from: bigint; pages: number }[] {
  return readFileSync(`/proc/${pid}/maps`, "latin1")
    .split("\n")
    .flatMap((line) => {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) (?!.*\[(?:vvar|vsyscall|vdso|vvar_vclock)\])/.exec(line) ?? []
      if (!from || !to) return []
      const begin = BigInt(`0x${from}`)
      return [{ from: begin, pages: Number((BigInt(`0x${to}`) - begin) / BigInt(pageBytes)) }]
    })
}

/** Documentation/admin-guide/mm/pagemap.rst: bit 63 is present, 62 swapped. */
function isThere(entries: Buffer, index: number): boolean {
  return ((entries[8 * index + 7] as number) & 0xc0) !== 0
}

function readAt(descriptor: number, target: Buffer, length: number, position: bigint): number {
  try {
    return readSync(descriptor, target, 0, length, position)
  } catch {
    return 0
  }
}
