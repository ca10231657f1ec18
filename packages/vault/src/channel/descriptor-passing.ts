import { closeSync } from "node:fs"
import { descriptorMessage } from "../os/descriptor-message.js"
import type { Libc } from "../os/libc.js"
import { channelInvalid, failure } from "./wire-error.js"

/**
 * One end of the socket on which app and vault give each other descriptors: a pair without a name, so nobody else can
 * connect to it. What is sent is there before a later message on the channel is, which names its number.
 */
export interface DescriptorPassing {
  /**
   * Gives the other side descriptors for the same open files; these here stay the caller's. False: there is no room now,
   * because the other side hasn't taken what was sent before.
   *
   * @throws the system's error when the other side is gone; TypeError after `end`.
   */
  send(number: number, descriptors: readonly number[]): boolean
  /**
   * Those that came under the number: the caller's from now on, to close.
   *
   * @throws `channel-invalid` when none have; `source-unreadable` when this process had no room for all of them: none is
   * left open then.
   */
  take(number: number): readonly number[]
  /** Closes what came under that number and hasn't been taken. */
  discard(number: number): void
  /** Closes what came before the last that was taken: where numbers are named in the order of sending, nobody will. */
  discardSkipped(): void
  /** Closes what came, and uses the socket no more. */
  end(): void
}

/** Numbers under which something has come and nobody has asked for it yet. */
const mostWaiting = 256

/** @param socket stays the caller's to close, after `end`. */
export function descriptorPassing(libc: Libc, socket: number): DescriptorPassing {
  const message = descriptorMessage(libc)
  let ended = false
  const waiting = new Map<number, { readonly descriptors: readonly number[]; readonly cut: boolean }>()

  /** False: nothing more has come. */
  function receive(): boolean {
    if (ended) return false
    const byteLength = receiveMessage()
    // None of these messages is empty: at the end of the socket 0 bytes are read.
    if (byteLength === undefined || byteLength === 0) return false
    const { number, descriptors, cut } = message.received(byteLength)
    closeAll(waiting.get(number)?.descriptors ?? [])
    waiting.set(number, { descriptors, cut })
    if (waiting.size > mostWaiting) discardOldest()
    return true
  }

  function receiveMessage(): number | undefined {
    try {
      return libc.receiveMessage(socket, message.toReceive())
    } catch (error) {
      // The other side is gone and has left something unread: that is the end of the socket, too.
      if ((error as NodeJS.ErrnoException).code === "ECONNRESET") return undefined
      throw error
    }
  }

  /** Nobody asks for so many at once: the other side must not fill this process's table. */
  function discardOldest(): void {
    for (const [number, { descriptors }] of waiting) {
      closeAll(descriptors)
      waiting.delete(number)
      return
    }
  }

  function discardWaiting(): void {
    for (const { descriptors } of waiting.values()) closeAll(descriptors)
    waiting.clear()
  }

  return {
    send(number, descriptors) {
      if (ended) throw new TypeError("Descriptors can't be passed any more.")
      return libc.sendMessage(socket, message.toSend(number, descriptors))
    },
    take(number) {
      while (!waiting.has(number) && receive());
      const found = waiting.get(number)
      waiting.delete(number)
      if (!found) throw channelInvalid("A message names descriptors that haven't been passed")
      if (!found.cut) return found.descriptors
      closeAll(found.descriptors)
      throw failure("source-unreadable", "Too many files are open in one process: close sessions, or raise the limit")
    },
    discard(number) {
      while (receive());
      closeAll(waiting.get(number)?.descriptors ?? [])
      waiting.delete(number)
    },
    discardSkipped: discardWaiting,
    end() {
      ended = true
      discardWaiting()
    },
  }
}

export function closeAll(descriptors: readonly number[]): void {
  for (const descriptor of descriptors) closeSync(descriptor)
}
