import type { Evp } from "../os/evp.js"
import type { SecretMemory } from "./secret-memory.js"

/** OpenSSL, and memory for keys that it is given the address of. */
export interface Keeping {
  readonly evp: Evp
  readonly secrets: SecretMemory
}
