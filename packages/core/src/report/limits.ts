/** What no report can promise, whatever its guarantees say: docs/threat-model.md shows each by a test. */
export const reportLimits: readonly string[] = [
  "Whoever can use an identity's file and the grant opens the model without any vault.",
  "A patched application, or a library preloaded into it, can leave the vault out, or show another report.",
  "A process of the same user can change the vault's process between its start and the jail's first step; no key is in it then.",
  "Root, the kernel and devices with direct access to memory read everything.",
]

/** The same for a model that is open in a page: docs/pages.md shows what can be shown. */
export const pageLimits: readonly string[] = [
  "A page has no process of its own to lock: scripts of its origin, browser extensions that may read it, and developer tools reach all of its memory, the weights included.",
  "Whoever serves the page chooses the code that opens the model.",
  "Whoever can use the identity, the passphrase or the passkey opens the model with the public code, without the page.",
  "A key object that isn't extractable is hidden from scripts, not from who reads the browser's memory, or the browser's profile where a page has stored the object.",
  "The browser keeps compiled shaders and WebAssembly in its profile, out of the page's reach: they show operators and shapes, not weights.",
  "Nothing can lock or overwrite the copies that the browser and its GPU process make; they may be swapped to a disk.",
  "Root, the kernel and devices with direct access to memory read everything.",
]
