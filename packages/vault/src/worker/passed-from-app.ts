import { descriptorPassing } from "../channel/descriptor-passing.js"
import { channelInvalid } from "../channel/wire-error.js"
import { loadLibc } from "../os/libc.js"
import { passingDescriptor } from "./passing-descriptor.js"

/** What the app passes with loads. */
export interface PassedFromApp {
  /**
   * The descriptors of that number, which are the caller's to close; null: nothing was passed.
   *
   * @throws `channel-invalid`; `source-unreadable` where too many files are open.
   */
  take(number: number | null): readonly number[]
}

/** @param announced whether the app passes any. Undefined where it does, and they can't be taken. */
export async function passedFromApp(announced: boolean): Promise<PassedFromApp | undefined> {
  if (!announced) return { take: nothing }
  try {
    const passing = descriptorPassing(await loadLibc(), passingDescriptor)
    return {
      take(number) {
        if (number === null) return []
        try {
          return passing.take(number)
        } finally {
          passing.discardSkipped()
        }
      },
    }
  } catch {
    return undefined
  }
}

function nothing(number: number | null): readonly number[] {
  if (number === null) return []
  throw channelInvalid("The app passed descriptors, which it hadn't announced")
}
