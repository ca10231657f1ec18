/** What the enqueue functions share. */
import { check, type EventHandle, FixedMemory, holdUntil, NULL, opencl, refusal } from "../native/index.js"
import { isGiven, list, type WaitList, waitList, wholeNumber } from "./arguments.js"
import type { Triple } from "./image-size.js"
import { eventKind } from "./kinds.js"
import { type CLEvent, describe, own } from "./objects.js"

/** An event for those who asked for one by `true`, SUCCESS (0) for others. */
export type Outcome<Wants> = Wants extends true ? CLEvent : boolean extends Wants ? CLEvent | 0 : 0

/** A command that blocks is over when the function returns. */
export type Flag = boolean | number

/** The last three parameters of every clEnqueue function. */
export type Tail = [waitCount: number, waitList: BigUint64Array | bigint, event: bigint]

const eventReturned = new FixedMemory(new BigUint64Array(1))

/**
 * Puts a command into a queue.
 *
 * @param wait the events that it waits for
 * @param wants whether the program asked for an event
 * @param issue makes the call
 * @param held host memory that the driver touches after the call
 */
export function command<Wants>(
  call: string,
  wait: WaitList,
  wants: Wants | undefined,
  issue: (...tail: Tail) => number,
  held?: unknown,
): Outcome<Wants> {
  const before = waitList(wait, call)
  const waitCount = before === null ? 0 : before.length
  const events = before ?? NULL
  const isWanted = Boolean(wants)
  if (!isWanted && held === undefined) {
    check(issue(waitCount, events, NULL), call)
    return 0 as Outcome<Wants>
  }
  check(issue(waitCount, events, eventReturned.address), call)
  const event = eventReturned.view[0] as EventHandle
  if (held !== undefined) holdUntil(event, held)
  if (isWanted) return own<CLEvent>(eventKind, event) as Outcome<Wants>
  check(opencl().clReleaseEvent(event), call)
  return 0 as Outcome<Wants>
}

/** Up to three numbers, the rest of which is `fill`. */
export function triple(value: unknown, fill: 0 | 1, name: string, call: string): Triple {
  const given = list(value, name, call)
  if (given.length === 0 || given.length > 3)
    throw refusal("INVALID_VALUE", { call, detail: `${name} has one to three numbers, got ${describe(value)}.` })
  const at = (index: number) => (isGiven(given[index]) ? wholeNumber(given[index], name, call) : fill)
  return [at(0), at(1), at(2)]
}

export function sizes(values: readonly number[]): BigUint64Array {
  return BigUint64Array.from(values, BigInt)
}
