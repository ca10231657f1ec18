import { eventInfo, eventProfilingInfo } from "../info/index.js"
import { check, constants, letGoOfFinished, made, opencl, refusal, watchEvent } from "../native/index.js"
import { callback, handles, list } from "./arguments.js"
import { type Info, info } from "./info.js"
import { eventKind } from "./kinds.js"
import { type CLContext, type CLEvent, contextOf, describe, eventOf, own, release, retain } from "./objects.js"

/** Blocks until all events are complete. */
export function waitForEvents(events: readonly CLEvent[]): number {
  const call = "waitForEvents"
  const wanted = handles(list(events, "the events", call), eventOf, call)
  check(opencl().clWaitForEvents(wanted?.length ?? 0, wanted), call)
  letGoOfFinished()
  return 0
}

/** @param name EVENT_COMMAND_TYPE and its neighbours */
export function getEventInfo<Name extends number>(event: CLEvent, name: Name): Info<typeof eventInfo, Name> {
  const call = "getEventInfo"
  const handle = eventOf(event, call)
  return info(eventInfo, name, call, (...room) => opencl().clGetEventInfo(handle, name, ...room))
}

/** An event that the program completes. */
export function createUserEvent(context: CLContext): CLEvent {
  const call = "createUserEvent"
  const handle = contextOf(context, call)
  return own(
    eventKind,
    made(call, (errcode) => opencl().clCreateUserEvent(handle, errcode)),
  )
}

export function retainEvent(event: CLEvent): number {
  retain(eventKind, event, "retainEvent")
  return 0
}

export function releaseEvent(event: CLEvent): number {
  release(eventKind, event, "releaseEvent")
  return 0
}

/** @param status COMPLETE, or an error below 0 */
export function setUserEventStatus(event: CLEvent, status: number): number {
  const call = "setUserEventStatus"
  const handle = eventOf(event, call)
  if (!Number.isInteger(status) || status > 0)
    throw refusal("INVALID_VALUE", { call, detail: `the status is COMPLETE (0) or below, got ${describe(status)}.` })
  check(opencl().clSetUserEventStatus(handle, status), call)
  return 0
}

export type EventCallback<UserData> = (event: CLEvent, status: number, userData: UserData) => void

/**
 * Calls back, on this thread and after this returns, once the event has come as far as `type`. Keeps the process alive
 * until then.
 *
 * @param type COMPLETE, RUNNING or SUBMITTED
 */
export function setEventCallback<UserData = undefined>(
  event: CLEvent,
  type: number,
  notify: EventCallback<UserData>,
  userData?: UserData,
): number {
  const call = "setEventCallback"
  const handle = eventOf(event, call)
  const called = callback(notify, call) as EventCallback<UserData> | undefined
  if (called === undefined) throw refusal("INVALID_VALUE", { call, detail: "expected a function to call." })
  if (type !== constants.COMPLETE && type !== constants.RUNNING && type !== constants.SUBMITTED)
    throw refusal("INVALID_VALUE", { call, detail: `expected COMPLETE, RUNNING or SUBMITTED, got ${describe(type)}.` })
  watchEvent(handle, type, (status) => called(event, status, userData as UserData))
  return 0
}

/** Nanoseconds, of a command in a queue made with QUEUE_PROFILING_ENABLE. @param name PROFILING_COMMAND_START and its neighbours */
export function getEventProfilingInfo<Name extends number>(
  event: CLEvent,
  name: Name,
): Info<typeof eventProfilingInfo, Name> {
  const call = "getEventProfilingInfo"
  const handle = eventOf(event, call)
  return info(eventProfilingInfo, name, call, (...room) => opencl().clGetEventProfilingInfo(handle, name, ...room))
}
