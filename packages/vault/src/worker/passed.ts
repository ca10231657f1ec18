import { closeAll } from "../channel/descriptor-passing.js"
import { channelInvalid } from "../channel/wire-error.js"

/**
 * The descriptors that came with a load, for its session's thread: in memory that the main thread sees too, so that it can
 * close those that the thread, however it ended, has left open. One that the thread has taken is not there any more.
 */
export type PassedDescriptors = Int32Array<SharedArrayBuffer>

const taken = -1

export function passedDescriptors(descriptors: readonly number[]): PassedDescriptors {
  const passed = new Int32Array(new SharedArrayBuffer(4 * descriptors.length))
  passed.set(descriptors)
  return passed
}

/** The descriptor of that index: the caller's from now on. @throws `channel-invalid` if there is none. */
export function takePassed(passed: PassedDescriptors, index: number): number {
  const descriptor = index < passed.length ? Atomics.exchange(passed, index, taken) : taken
  if (descriptor === taken) throw channelInvalid("A message refers to a file that hasn't been passed")
  return descriptor
}

/** The same, not taken. */
export function lendPassed(passed: PassedDescriptors, index: number): number {
  const descriptor = index < passed.length ? Atomics.load(passed, index) : taken
  if (descriptor === taken) throw channelInvalid("A message refers to a file that hasn't been passed")
  return descriptor
}

/** Closes those that nobody has taken. */
export function closePassed(passed: PassedDescriptors): void {
  for (const index of passed.keys()) {
    const descriptor = Atomics.exchange(passed, index, taken)
    if (descriptor !== taken) closeAll([descriptor])
  }
}
