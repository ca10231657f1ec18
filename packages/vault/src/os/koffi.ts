/** Compilers in drivers recurse, and are used to a main thread's stack. */
const stackSize = 8 << 20

/**
 * koffi, whose calls run on stacks of its own: as large as a main thread's from here on, because an engine in the vault may
 * call a compiler (PoCL's overflows koffi's 2 MiB). It takes settings only before the process's first library, which is the
 * vault's; who came before keeps its own. Memory that no call reaches isn't taken.
 *
 * @throws when koffi isn't installed for this platform
 */
export async function loadKoffi() {
  const { default: koffi } = await import("koffi")
  const { sync_stack_size = 0, async_stack_size = 0 } = koffi.config()
  if (sync_stack_size >= stackSize && async_stack_size >= stackSize) return koffi
  try {
    koffi.config({
      sync_stack_size: Math.max(sync_stack_size, stackSize),
      async_stack_size: Math.max(async_stack_size, stackSize),
    })
  } catch {
    // A library has been loaded.
  }
  return koffi
}
