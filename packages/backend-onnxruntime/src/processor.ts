import { createHash } from "node:crypto"
import { closeSync, openSync, readSync } from "node:fs"

/**
 * What this machine's processor can do, as a digest; `undefined` where only its name could be told, which in a virtual
 * machine says too little. ONNX Runtime lays weights out for the processor's vectors: for another's, it would compute
 * something else without a word.
 */
export function processorFeatures(): string | undefined {
  const features = /^(?:flags|Features)\s*:(.*)\n/m.exec(firstProcessor())?.[1]
  return features && createHash("sha256").update(features).digest("hex")
}

/** More than Linux says of one. It says the same of each, and takes its time on machines with many. */
const mostText = 2 ** 13

/** Linux's description, or nothing. */
function firstProcessor(): string {
  try {
    const descriptor = openSync("/proc/cpuinfo", "r")
    try {
      const text = Buffer.alloc(mostText)
      return text.toString("latin1", 0, readSync(descriptor, text))
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return ""
  }
}
