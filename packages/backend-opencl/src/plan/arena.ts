import { Storage } from "../launch.js"
import type { LoweredStep } from "./lowering.js"

/** Where each storage of the arena lies in one piece of memory, which those share that aren't needed at the same time. */
export interface Arena {
  readonly byteLength: number
  /** Also of those that lie within others. */
  readonly offsets: ReadonlyMap<Storage, number>
}

interface Life {
  readonly storage: Storage
  readonly byteLength: number
  readonly first: number
  last: number
}

/**
 * Places the largest first, each at the lowest offset that is free for as long as it is needed (Pisarchyk and Lee,
 * "Efficient Memory Management for Deep Neural Net Inference", 2020: greedy by size).
 *
 * @param alignment of offsets, in bytes
 */
export function planArena(steps: readonly LoweredStep[], kept: ReadonlySet<Storage>, alignment: number): Arena {
  const lives = [...livesOf(steps, kept, alignment).values()].sort((a, b) => b.byteLength - a.byteLength)
  const offsets = new Map<Storage, number>()
  const placed: { readonly life: Life; readonly begin: number; readonly end: number }[] = []
  let byteLength = 0
  for (const life of lives) {
    let begin = 0
    for (const other of placed) {
      const atOnce = other.life.first <= life.last && life.first <= other.life.last
      if (!atOnce || other.end <= begin) continue
      if (other.begin >= begin + life.byteLength) break
      begin = other.end
    }
    const end = begin + life.byteLength
    offsets.set(life.storage, begin)
    const at = placed.findIndex((other) => other.begin > begin)
    placed.splice(at < 0 ? placed.length : at, 0, { life, begin, end })
    byteLength = Math.max(byteLength, end)
  }
  for (const storage of [...storagesOf(steps), ...kept]) {
    if (storage.place !== "arena" || !offsets.has(storage.root.storage)) continue
    const { storage: root, offset } = storage.root
    offsets.set(storage, (offsets.get(root) as number) + offset)
  }
  return { byteLength, offsets }
}

function storagesOf(steps: readonly LoweredStep[]): readonly Storage[] {
  const values = steps.flatMap((step) => step.arguments)
  return values.filter((value): value is Storage => value instanceof Storage && value.place === "arena")
}

function livesOf(steps: readonly LoweredStep[], kept: ReadonlySet<Storage>, alignment: number): Map<Storage, Life> {
  const lives = new Map<Storage, Life>()
  for (const [index, { arguments: values }] of steps.entries()) {
    for (const value of values) {
      if (!(value instanceof Storage) || value.place !== "arena") continue
      const { storage } = value.root
      const byteLength = Math.max(1, Math.ceil(storage.byteLength / alignment)) * alignment
      const life = lives.get(storage)
      if (life === undefined) lives.set(storage, { storage, byteLength, first: index, last: index })
      else life.last = index
    }
  }
  // A whole whose parts are all written in their places is no step's argument.
  for (const storage of kept) {
    const life = lives.get(storage.root.storage)
    if (life !== undefined) life.last = steps.length
  }
  return lives
}
