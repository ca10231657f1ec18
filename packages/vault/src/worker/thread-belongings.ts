import type { SystemMemory } from "../os/memory.js"
import { sweepMemory } from "./locked-memory.js"
import type { MemorySurvey } from "./memory-findings.js"
import { type MemoryLedger, memoryLedger } from "./memory-ledger.js"
import { closePassed, type PassedDescriptors } from "./passed.js"
import type { SessionThread } from "./thread.js"

/** What would outlast a thread that is ended by force: its memory outside of JavaScript's, and descriptors. */
export interface ThreadBelongings {
  /** The thread has been started, and has nothing yet. */
  begin(thread: SessionThread): void
  /** What came with its load: the thread's, and closed after it if it hasn't taken it. */
  give(thread: SessionThread, passed: PassedDescriptors): void
  /** The thread has ended, however: overwrites what it left, gives it back, and closes it. */
  clear(thread: SessionThread): void
}

/** @param memory counts what threads have. @param system undefined where they have nothing outside of JavaScript's. */
export function threadBelongings(system: SystemMemory | undefined, memory: MemorySurvey): ThreadBelongings {
  const ledgers = new Map<SessionThread, MemoryLedger>()
  const given = new Map<SessionThread, PassedDescriptors>()
  return {
    begin(thread) {
      const ledger = memoryLedger(thread.ledger)
      ledgers.set(thread, ledger)
      memory.add(ledger)
    },
    give: (thread, passed) => void given.set(thread, passed),
    clear(thread) {
      const passed = given.get(thread)
      given.delete(thread)
      if (passed) closePassed(passed)
      const left = ledgers.get(thread)
      ledgers.delete(thread)
      if (!left) return
      if (system) sweepMemory(system, left)
      memory.remove(left)
    },
  }
}
