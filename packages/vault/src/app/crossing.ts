import { closeSync } from "node:fs"
import { type DescriptorPassing, descriptorPassing } from "../channel/descriptor-passing.js"
import { isKnownPlatform, type Libc, loadLibc } from "../os/libc.js"

/**
 * What lets open files, a channel for each session, and shared memory cross between app and vault: a pair of Unix sockets,
 * without a name, on which they pass descriptors. Decided once, at a vault's start.
 */
export interface Crossing {
  readonly libc: Libc
  readonly passing: DescriptorPassing
  /** The vault's end: for its descriptor 4, and to be let go of when it has it. */
  readonly vaultEnd: number
  releaseVaultEnd(): void
  /** When the vault has ended. */
  close(): void
}

/**
 * `undefined` where these mechanisms aren't: not on Linux, or without koffi. Then the vault opens files by their paths, and
 * all that crosses goes through its main thread.
 */
export async function openCrossing(): Promise<Crossing | undefined> {
  if (!isKnownPlatform) return undefined
  try {
    const libc = await loadLibc()
    const [own, vaultEnd] = libc.socketPair("packet")
    let held = [own, vaultEnd]
    const release = (descriptor: number) => {
      if (held.includes(descriptor)) closeSync(descriptor)
      held = held.filter((one) => one !== descriptor)
    }
    const passing = descriptorPassing(libc, own)
    return {
      libc,
      passing,
      vaultEnd,
      releaseVaultEnd: () => release(vaultEnd),
      close() {
        passing.end()
        release(vaultEnd)
        release(own)
      },
    }
  } catch {
    return undefined
  }
}
