import type { BlockStore } from "../../src/page/block-store.js"

/** Blocks in memory, to look at and to change. */
export interface MemoryBlocks extends BlockStore {
  kept: Uint8Array | undefined
  readonly blocks: Map<number, Buffer>
}

export function memoryBlocks(): MemoryBlocks {
  const store: MemoryBlocks = {
    kept: undefined,
    blocks: new Map(),
    front: async () => store.kept && new Blob([Uint8Array.from(store.kept)]),
    async begin(front) {
      if (store.kept !== undefined && Buffer.compare(store.kept, front) !== 0) store.blocks.clear()
      store.kept = front.slice()
    },
    async get(index) {
      const block = store.blocks.get(index)
      return block && new Blob([Uint8Array.from(block)])
    },
    async put(index, block) {
      store.blocks.set(index, Buffer.from(block))
    },
  }
  return store
}
