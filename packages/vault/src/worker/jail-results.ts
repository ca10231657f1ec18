import { closeSync, fstatSync, readSync } from "node:fs"
import { decodeResults, type JailResults } from "../os/jail.js"

/** Where the jail leaves its table; see app/spawn.ts. */
const jailDescriptor = 5

/** More than the table has. */
const mostBytes = 4096

/**
 * What the jail did before main. Undefined where there was none, or where it couldn't tell; then the descriptor may be
 * Node's own, and is left alone.
 */
export function readJailResults(): JailResults | undefined {
  try {
    const status = fstatSync(jailDescriptor)
    if (!status.isFile() || status.size > mostBytes) return undefined
    const bytes = new Uint8Array(status.size)
    readSync(jailDescriptor, bytes, 0, bytes.length, 0)
    const results = decodeResults(bytes)
    if (results) closeSync(jailDescriptor)
    return results
  } catch {
    return undefined
  }
}
