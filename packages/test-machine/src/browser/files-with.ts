import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"

/** Bytes that are compared, and how far apart they begin. */
const [windowLength, step] = [32, 64]

/**
 * Files below a folder that hold some 32 bytes of `secret`, by their paths: every 64th of its bytes begins a window that is
 * looked for, unless it or its beginning is of few values, as empty pages are.
 */
export async function filesWith(folder: string, secret: Uint8Array): Promise<string[]> {
  const holds = searchFor(Buffer.from(secret))
  const found: string[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    if (holds(await readFile(path))) found.push(path)
  }
  return found
}

/** Looks a window up by its first four bytes, at every byte of what is searched. */
function searchFor(secret: Buffer): (bytes: Buffer) => boolean {
  const windows = new Map<number, Buffer[]>()
  for (let start = 0; start + windowLength <= secret.length; start += step) {
    const window = secret.subarray(start, start + windowLength)
    if (new Set(window).size < 8 || new Set(window.subarray(0, 4)).size < 4) continue
    const first = window.readUInt32LE()
    windows.set(first, [...(windows.get(first) ?? []), window])
  }
  return (bytes) => {
    for (let at = 0; at + windowLength <= bytes.length; at++) {
      const known = windows.get(bytes.readUInt32LE(at))
      if (known?.some((window) => bytes.compare(window, 0, windowLength, at, at + windowLength) === 0)) return true
    }
    return false
  }
}
