import { closeSync, readSync } from "node:fs"
import { decodeResults, type JailResults } from "../os/jail.js"

/** Where the jail leaves its table; see app/spawn.ts. */
const jailDescriptor = 5

/** More than the table has. */
const mostBytes = 4096

/** What the jail did before main. Undefined where there was none. The first call closes the descriptor. */
export function readJailResults(): JailResults | undefined {
  try {
    const bytes = new Uint8Array(mostBytes)
    // From a position: a socket, where the app passes the configuration, can't be read so.
    const length = readSync(jailDescriptor, bytes, 0, bytes.length, 0)
    return decodeResults(bytes.subarray(0, length))
  } catch {
    return undefined
  } finally {
    try {
      closeSync(jailDescriptor)
    } catch {
      // There was none.
    }
  }
}
