/**
 * Objects as programs hold them, and the table of those that live. Every handle that reaches a driver comes out of
 * `handleOf()`, which refuses what isn't an object of the kind, or was released.
 */
import type { Handles } from "../native/handles.js"
import { check, refusal } from "../native/index.js"
import type { KernelArguments } from "./kernel-argument.js"
import {
  commandBufferKind,
  commandQueueKind,
  contextKind,
  count,
  deviceKind,
  eventKind,
  type Kind,
  kernelKind,
  memoryKind,
  platformKind,
  programKind,
  samplerKind,
} from "./kinds.js"

/** What is known of an object while the program owns references to it. It doesn't hold the program's object itself. */
interface Entry {
  readonly kind: Kind
  readonly handle: bigint
  /** How many references the program owns. 0: released. */
  references: number
  /** Called once, just before the program's last reference goes. */
  onReleased?: () => void
}

/** Only for TypeScript, to which all objects would be alike. */
declare const className: unique symbol

/** An OpenCL object: opaque, as in node-opencl. */
export class CLObject {
  readonly #entry: Entry

  /** Not for programs: the functions of this package make objects. */
  constructor(entry: Entry) {
    this.#entry = entry
  }

  static entryOf(value: unknown): Entry | undefined {
    if (!(value instanceof CLObject)) return undefined
    try {
      // Not after `#entry in value`, which V8 looks up slowly once there are several classes: a launch asks five times.
      return value.#entry
    } catch {
      return undefined // made by Object.create()
    }
  }

  /** Whether both are the same object of the driver's. */
  equals(other: unknown): boolean {
    const entry = CLObject.entryOf(other)
    return entry !== undefined && entry.kind === this.#entry.kind && entry.handle === this.#entry.handle
  }

  toString(): string {
    return `[object ${this.#entry.kind.className}@0x${this.#entry.handle.toString(16)}]`
  }
}

export class CLPlatformId extends CLObject {
  declare readonly [className]: "CLPlatformId"
}

export class CLDeviceId extends CLObject {
  declare readonly [className]: "CLDeviceId"
}

export class CLContext extends CLObject {
  declare readonly [className]: "CLContext"
}

export class CLProgram extends CLObject {
  declare readonly [className]: "CLProgram"
}

export class CLKernel extends CLObject {
  declare readonly [className]: "CLKernel"
  #arguments: KernelArguments | undefined

  /** In the object itself: every launch looks at them, and a WeakMap is slow to look into. */
  static argumentsOf(kernel: CLKernel): KernelArguments | undefined {
    return kernel.#arguments
  }

  static keepArguments(kernel: CLKernel, values: KernelArguments): void {
    kernel.#arguments = values
  }
}

export class CLMem extends CLObject {
  declare readonly [className]: "CLMem"
}

export class CLSampler extends CLObject {
  declare readonly [className]: "CLSampler"
}

export class CLCommandQueue extends CLObject {
  declare readonly [className]: "CLCommandQueue"
}

export class CLCommandBuffer extends CLObject {
  declare readonly [className]: "CLCommandBuffer"
  /** Those that it launches: their arguments have to live. */
  readonly kernels: CLKernel[] = []
}

export class CLEvent extends CLObject {
  declare readonly [className]: "CLEvent"
}

const classes: Readonly<Record<string, new (entry: Entry) => CLObject>> = {
  CLPlatformId,
  CLDeviceId,
  CLContext,
  CLProgram,
  CLKernel,
  CLMem,
  CLSampler,
  CLCommandQueue,
  CLCommandBuffer,
  CLEvent,
}

const living = new Map<string, { readonly entry: Entry; readonly object: WeakRef<CLObject> }>()

/** An object that the program lost without releasing it is released when it is collected, as node-opencl does. */
const lost = new FinalizationRegistry<Entry>(letGo)

function keyOf(kind: Kind, handle: bigint): string {
  return `${kind.className}@${handle}`
}

function enter(kind: Kind, handle: bigint, references: number): CLObject {
  const entry: Entry = { kind, handle, references }
  const object = new (classes[kind.className] as new (entry: Entry) => CLObject)(entry)
  living.set(keyOf(kind, handle), { entry, object: new WeakRef(object) })
  if (kind.release !== undefined) lost.register(object, entry)
  return object
}

/** The object of a handle that the program just got from a create function, with the reference that came with it. */
export function own<Type extends CLObject>(kind: Kind, handle: bigint): Type {
  return enter(kind, handle, 1) as Type
}

/**
 * The object of a handle that an information function gave: the program's own, if it has one. Otherwise a new one, which
 * holds a reference of its own until it is collected. No call takes it where the handle is null, or the driver counts the
 * object as released (Intel's does, of a context that only its parts keep alive).
 */
export function find<Type extends CLObject>(kind: Kind, handle: bigint | null): Type {
  const known = handle === null ? undefined : living.get(keyOf(kind, handle))?.object.deref()
  if (known !== undefined) return known as Type
  if (handle !== null && count(kind, "retain", handle) === 0) return enter(kind, handle, 1) as Type
  const entry = { kind, handle: handle ?? 0n, references: 0 }
  return new (classes[kind.className] as new (entry: Entry) => Type)(entry)
}

/**
 * The handle to pass to the driver.
 *
 * @throws OpenCLError, of the kind's status, for anything but a living object of the kind
 */
export function handleOf<Name extends keyof Handles>(kind: Kind, value: unknown, call: string): Handles[Name] {
  const entry = CLObject.entryOf(value)
  if (entry !== undefined && entry.references > 0 && entry.kind === kind) return entry.handle as Handles[Name]
  throw refusal(kind.invalid, {
    call,
    detail: `expected ${kind.words} (from ${kind.from}), got ${describe(value, entry)}.`,
  })
}

export const platformOf = (value: unknown, call: string) => handleOf<"cl_platform_id">(platformKind, value, call)
export const deviceOf = (value: unknown, call: string) => handleOf<"cl_device_id">(deviceKind, value, call)
export const contextOf = (value: unknown, call: string) => handleOf<"cl_context">(contextKind, value, call)
export const programOf = (value: unknown, call: string) => handleOf<"cl_program">(programKind, value, call)
export const kernelOf = (value: unknown, call: string) => handleOf<"cl_kernel">(kernelKind, value, call)
export const memoryOf = (value: unknown, call: string) => handleOf<"cl_mem">(memoryKind, value, call)
export const samplerOf = (value: unknown, call: string) => handleOf<"cl_sampler">(samplerKind, value, call)
export const queueOf = (value: unknown, call: string) => handleOf<"cl_command_queue">(commandQueueKind, value, call)
export const commandBufferOf = (value: unknown, call: string) =>
  handleOf<"cl_command_buffer_khr">(commandBufferKind, value, call)
export const eventOf = (value: unknown, call: string) => handleOf<"cl_event">(eventKind, value, call)

export function isLiving(value: unknown): boolean {
  return (CLObject.entryOf(value)?.references ?? 0) > 0
}

/** What to do just before the program's last reference goes. It may not hold the object, which would then never go. */
export function whenReleased(object: CLObject, action: () => void): void {
  const entry = CLObject.entryOf(object)
  if (entry !== undefined) entry.onReleased = action
}

/** One reference more, for the program. */
export function retain(kind: Kind, value: unknown, call: string): void {
  const handle = handleOf(kind, value, call)
  check(count(kind, "retain", handle), call)
  ;(CLObject.entryOf(value) as Entry).references += 1
}

/** One reference less. What the program has released before is left alone: node-opencl takes that too. */
export function release(kind: Kind, value: unknown, call: string): void {
  const entry = CLObject.entryOf(value)
  if (entry?.kind === kind && entry.references === 0 && entry.handle !== 0n) return
  handleOf(kind, value, call)
  check(releaseOnce(entry as Entry), call)
}

/** The status that the driver gives. */
function releaseOnce(entry: Entry): number {
  entry.references -= 1
  if (entry.references > 0) return count(entry.kind, "release", entry.handle)
  // Both before the driver may give the address to another object, and while the object is still there.
  forget(entry)
  entry.onReleased?.()
  return count(entry.kind, "release", entry.handle)
}

function letGo(entry: Entry): void {
  while (entry.references > 0) releaseOnce(entry)
}

function forget(entry: Entry): void {
  const key = keyOf(entry.kind, entry.handle)
  if (living.get(key)?.entry === entry) living.delete(key)
}

const orderOfRelease = [
  eventKind,
  commandBufferKind,
  samplerKind,
  memoryKind,
  kernelKind,
  programKind,
  commandQueueKind,
  contextKind,
]

/**
 * Releases every reference that the program owns. Platforms and devices stay; so do sub-devices, which releaseDevice
 * releases, or their collection.
 */
export function releaseAll(): void {
  for (const kind of orderOfRelease) for (const { entry } of [...living.values()]) if (entry.kind === kind) letGo(entry)
}

/** The handles of all living objects of a kind. */
export function livingHandles<Name extends keyof Handles>(kind: Kind): Handles[Name][] {
  return [...living.values()]
    .filter(({ entry }) => entry.kind === kind)
    .map(({ entry }) => entry.handle as Handles[Name])
}

/** A value as a message shows it. */
export function describe(value: unknown, entry: Entry | undefined = CLObject.entryOf(value)): string {
  if (entry !== undefined) {
    if (entry.handle === 0n) return `a null ${entry.kind.className}`
    return entry.references > 0 ? entry.kind.words : `${entry.kind.words} that was released`
  }
  if (value === null || typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value)
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)
  if (typeof value === "object") return value.constructor?.name ? `an object (${value.constructor.name})` : "an object"
  return typeof value
}
