import { errorName } from "../system-error.js"
import type { WatchEvent } from "./events.js"

/** Calls of which no file can be told, counted by program. */
export class Calls {
  readonly #unseen = new Map<string, { program: string; error: string; count: number }>()
  readonly #refused = new Map<string, { program: string; count: number }>()

  /** False for an event of another kind. */
  add(event: WatchEvent): boolean {
    const { kind, program } = event
    if (kind === "unseen") {
      const error = errorName(event.error)
      count(this.#unseen, `${program} ${error}`, { program, error, count: 0 })
    } else if (kind === "refused") count(this.#refused, program, { program, count: 0 })
    else return false
    return true
  }

  summary() {
    return { unseen: [...this.#unseen.values()], refused: [...this.#refused.values()] }
  }
}

function count<Entry extends { count: number }>(entries: Map<string, Entry>, key: string, first: Entry): void {
  const entry = entries.get(key) ?? first
  entry.count++
  entries.set(key, entry)
}
