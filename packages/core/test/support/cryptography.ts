import { portableCryptography } from "../../src/crypto/portable.js"
import { nodeCryptography } from "../../src/node/cryptography.js"

/** Both sets of primitives: whatever uses them is tested over each. */
export const bothCryptographies = [
  { name: "WebCrypto", cryptography: portableCryptography },
  { name: "node:crypto", cryptography: nodeCryptography },
]
