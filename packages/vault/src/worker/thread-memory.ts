import type { HostOptions } from "@strongroom/core/host"
import type { Evp } from "../os/evp.js"
import { loadHeap } from "../os/heap.js"
import { systemMemory } from "../os/memory.js"
import { lockedMemory } from "./locked-memory.js"
import type { MemoryLedger } from "./memory-ledger.js"
import { plainSecrets, type SecretMemory, secretMemory } from "./secret-memory.js"

/** What a thread keeps outside of JavaScript's own memory. */
export interface ThreadMemory {
  /** For the host's plaintext. Absent where the system's memory can't be reached. */
  readonly host: Pick<HostOptions, "allocate" | "memoryAt"> | undefined
  /** Gives back what host buffers wait to be used again, and what is free of the heap: copies that loading has left. */
  trim(): void
  /** For keys. */
  secretsOf(evp: Pick<Evp, "addressOf">): SecretMemory
}

/** Makes it, keys' first, so that the system's limit on locked memory leaves room for them. */
export async function threadMemory(ledger: MemoryLedger): Promise<ThreadMemory> {
  const system = await systemMemory().catch(() => undefined)
  if (!system) return { host: undefined, trim() {}, secretsOf: ({ addressOf }) => plainSecrets(addressOf, ledger) }
  const heap = await loadHeap()
  const secrets = secretMemory(system, ledger)
  const { allocate, trim } = lockedMemory(system, ledger)
  return {
    host: { allocate, memoryAt: system.view },
    trim() {
      trim()
      heap?.trim()
    },
    secretsOf: () => secrets,
  }
}
