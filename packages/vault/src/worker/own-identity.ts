import { randomFillSync } from "node:crypto"
import type { Pointer } from "../os/evp.js"
import { loadEvp } from "../os/evp.js"
import type { MemoryLedger } from "./memory-ledger.js"
import { recipientAt } from "./secret-identity.js"
import type { Secret } from "./secret-memory.js"
import { threadMemory } from "./thread-memory.js"

/** The vault's own age identity, which nobody else has ever had. */
export interface OwnIdentity {
  /** `age1...` */
  readonly recipient: string
  /** Of its private key, for all threads, as long as the process lives. */
  readonly address: Pointer
  /** Holds on to the memory. */
  readonly secret: Secret
}

/** Makes one, in secret memory of the main thread's. Undefined where OpenSSL can't be reached. */
export async function makeOwnIdentity(ledger: MemoryLedger): Promise<OwnIdentity | undefined> {
  try {
    const evp = await loadEvp()
    const secret = (await threadMemory(ledger)).secretsOf(evp).allocate(32)
    randomFillSync(secret.bytes)
    return { recipient: recipientAt(evp, secret.address), address: secret.address, secret }
  } catch {
    return undefined
  }
}
