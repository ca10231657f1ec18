import type { Plaintext } from "@strongroom/core/backend"
import type { SystemMemory } from "../os/memory.js"
import type { MemoryLedger, SecretKind } from "./memory-ledger.js"

/**
 * A key, or what one is made from, outside of V8's heap, whose collector moves things and leaves them behind. Native code
 * is given its address. `close()` overwrites it: nothing may use it afterwards. Safe twice.
 */
export interface Secret extends Plaintext {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly address: bigint
}

/**
 * Small pieces of memory for keys, of one thread. Other threads may use a piece by its address while it is open, and its
 * owner holds on to `bytes` as long.
 */
export interface SecretMemory {
  /** Zeros. At most {@link mostSecretBytes}. */
  allocate(byteLength: number): Secret
}

/** No key, nor anything that one is derived by way of, is longer. */
export const mostSecretBytes = 128

/** Pages at a time: 32 pieces. A load needs at most 8 at once, and keeps one, or two under `sealed`. */
const arenaBytes = 4096

/**
 * Pieces of pages between guards. Each page is of the best kind that the system gives: `memfd_secret`; or locked, and left
 * out of core files; or as it is. The ledger says which, and why not a better one.
 */
export function secretMemory(system: SystemMemory, ledger: MemoryLedger): SecretMemory {
  const free: { readonly address: bigint; readonly bytes: Uint8Array<ArrayBuffer> }[] = []

  function addArena(): void {
    const { address, kind, errno } = mapArena(system)
    ledger.noteSecrets(kind, errno)
    ledger.addRegion({ address, byteLength: arenaBytes, secret: true })
    const whole = system.view(address, arenaBytes)
    for (let at = arenaBytes - mostSecretBytes; at >= 0; at -= mostSecretBytes) {
      free.push({ address: address + BigInt(at), bytes: whole.subarray(at, at + mostSecretBytes) })
    }
  }

  addArena()
  return {
    allocate(byteLength) {
      if (byteLength > mostSecretBytes) throw new RangeError(`A secret has at most ${mostSecretBytes} bytes here.`)
      if (free.length === 0) addArena()
      const piece = free.pop() as (typeof free)[number]
      let open = true
      return {
        address: piece.address,
        bytes: piece.bytes.subarray(0, byteLength),
        close() {
          if (!open) return
          open = false
          piece.bytes.fill(0)
          free.push(piece)
        },
      }
    },
  }
}

function mapArena(system: SystemMemory): { address: bigint; kind: SecretKind; errno: number } {
  const secret = system.mapSecret(arenaBytes)
  if (typeof secret === "bigint") {
    system.keepApart(secret, arenaBytes)
    return { address: secret, kind: "memfd_secret", errno: 0 }
  }
  const address = system.mapGuarded(arenaBytes)
  if (typeof address !== "bigint") throw new RangeError(`The system gives no memory: errno ${address.errno}.`)
  const errno = system.lock(address, arenaBytes)
  system.keepApart(address, arenaBytes)
  return { address, kind: errno === 0 ? "locked" : "plain", errno: errno === 0 ? secret.errno : errno }
}

/** Where the system's memory can't be reached: JavaScript's own, outside of what its collector moves. */
export function plainSecrets(addressOf: (bytes: Uint8Array) => bigint, ledger?: MemoryLedger): SecretMemory {
  ledger?.noteSecrets("plain", 0)
  return {
    allocate(byteLength) {
      if (byteLength > mostSecretBytes) throw new RangeError(`A secret has at most ${mostSecretBytes} bytes here.`)
      const whole = new Uint8Array(new ArrayBuffer(mostSecretBytes))
      return { address: addressOf(whole), bytes: whole.subarray(0, byteLength), close: () => void whole.fill(0) }
    },
  }
}
