/** How items that don't know of each other are launched: `i` in a kernel is their index, and those beyond do nothing. */
export interface ItemLaunch {
  readonly global: readonly number[]
  readonly local: readonly number[]
}

/** Enough groups for every core to have several; drivers' own choices differ, and some compile for each. */
const leastGroups = 16
const largestGroup = 256

export function launchItems(items: number): ItemLaunch {
  const wanted = Math.max(1, Math.min(largestGroup, Math.floor(items / leastGroups)))
  const local = 2 ** Math.floor(Math.log2(wanted))
  return { global: [Math.ceil(items / local) * local], local: [local] }
}
