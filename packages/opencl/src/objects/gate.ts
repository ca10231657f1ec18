/** A user event as something that stands in the way of commands: only JavaScript can settle it. */
export interface Gate {
  isSettled: boolean
}

/** The gates that stand in the way of a queue's next command, and of those that it has. */
export class Gates {
  readonly #gates = new Set<Gate>()

  add(gates: readonly Gate[]): void {
    for (const gate of gates) this.#gates.add(gate)
  }

  /** Those that aren't settled yet. */
  list(): readonly Gate[] {
    if (this.#gates.size === 0) return none
    for (const gate of this.#gates) if (gate.isSettled) this.#gates.delete(gate)
    return this.#gates.size === 0 ? none : [...this.#gates]
  }
}

const none: readonly Gate[] = []
