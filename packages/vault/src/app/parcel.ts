import { setTimeout } from "node:timers/promises"
import { openFile } from "@strongroom/core/node"
import { closeAll, type DescriptorPassing } from "../channel/descriptor-passing.js"
import type { WireKeys, WirePlace } from "../channel/messages.js"

/** What of a load is named by place: the same with descriptors, where files were opened. */
export interface Named {
  readonly model: WirePlace | null
  readonly keys: WireKeys
}

/** Open files, unread, on their way into the vault. */
export interface Parcel extends Named {
  readonly isEmpty: boolean
  /** Adds a descriptor, which is the parcel's from now on. Its place among them. */
  add(descriptor: number): number
  /**
   * Passes all under that number, when there is room, and calls `sent` at once after it, before anything else is passed.
   * Where nothing can be passed any more `sent` is called too: what it does meets the same fate.
   */
  send<T>(
    passing: DescriptorPassing,
    number: number,
    signal: AbortSignal | undefined,
    sent: () => Promise<T>,
  ): Promise<T>
  /** What was passed stays open in the vault. Safe twice. */
  close(): void
}

/** How long the vault's main thread, which takes what is passed, may have other things to do. */
const mostWaitMilliseconds = 64

/**
 * Opens the files that a load names, and reads nothing of them. Their names, for messages, stay the paths.
 *
 * @throws StrongroomError `source-missing`, `source-unreadable`.
 */
export async function openParcel({ model, keys }: Named): Promise<Parcel> {
  let descriptors: number[] = []
  const add = (descriptor: number) => descriptors.push(descriptor) - 1
  const close = () => {
    closeAll(descriptors)
    descriptors = []
  }
  const opened = async <T extends object>(place: T): Promise<T | { descriptor: number; name: string }> => {
    if (!("file" in place) || typeof place.file !== "string") return place
    return { descriptor: add(await openFile(place.file, place.file)), name: place.file }
  }
  try {
    // Together: each is opened by three trips to another thread.
    const opening = [opened(keys.grant), opened(keys.identity), model && opened(model)] as const
    // All are in the list before any is given up.
    await Promise.allSettled(opening)
    const [grant, identity, openedModel] = await Promise.all(opening)
    return {
      keys: { ...keys, grant, identity },
      model: openedModel,
      get isEmpty() {
        return descriptors.length === 0
      },
      add,
      close,
      async send(passing, number, signal, sent) {
        for (let wait = 1; ; wait = Math.min(2 * wait, mostWaitMilliseconds)) {
          signal?.throwIfAborted()
          if (descriptors.length === 0 || passes(passing, number, descriptors)) return sent()
          // Woken by the clock, and not by the signal, whose reason is to be told as it is.
          await setTimeout(wait)
        }
      },
    }
  } catch (error) {
    close()
    throw error
  }
}

function passes(passing: DescriptorPassing, number: number, descriptors: readonly number[]): boolean {
  try {
    return passing.send(number, descriptors)
  } catch {
    return true
  }
}
