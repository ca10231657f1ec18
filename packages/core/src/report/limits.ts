/** What no report can promise, whatever its guarantees say: docs/threat-model.md shows each by a test. */
export const reportLimits: readonly string[] = [
  "Whoever can use an identity's file and the grant opens the model without any vault.",
  "A patched application, or a library preloaded into it, can leave the vault out, or show another report.",
  "A process of the same user can change the vault's process between its start and the jail's first step; no key is in it then.",
  "Root, the kernel and devices with direct access to memory read everything.",
]
