import type { Artifacts, Plaintext } from "@strongroom/core/backend"
import { heapPlaintext } from "@strongroom/core/host"

/** Artifacts of which a test sees all: what is kept, and what is given and closed. */
export class Shelf implements Artifacts {
  readonly kept = new Map<string, Uint8Array>()
  readonly given: Plaintext[] = []
  /** What is found instead of what was kept. */
  instead: Uint8Array | undefined
  async get(key: string) {
    const bytes = this.instead ?? this.kept.get(key)
    if (bytes === undefined) return undefined
    const plaintext = heapPlaintext(bytes.length)
    plaintext.bytes.set(bytes)
    this.given.push(plaintext)
    return plaintext
  }
  async put(key: string, bytes: Uint8Array) {
    this.kept.set(key, bytes.slice())
  }
  restoreDirectory = async () => false
  saveDirectory = async () => undefined
}
