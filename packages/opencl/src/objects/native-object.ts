import { Owned } from "./owned.js"

/** The net under {@link NativeObject}: what is dropped without being released is released when it is collected. */
const dropped = new FinalizationRegistry<Owned>((owned) => {
  try {
    owned.release()
  } catch {
    // Nobody is there to be told, and nothing is left to be done.
  }
})

/** The reference that an object wraps. */
export let ownedOf: <Handle extends bigint>(object: NativeObject<Handle>) => Owned<Handle>

/**
 * An object of the driver. It is released by `release()` or `using`, or, later, when it is garbage; with it goes what was
 * made from it. Used after that, it throws a TypeError.
 */
export abstract class NativeObject<Handle extends bigint = bigint> implements Disposable {
  static {
    ownedOf = (object) => object.#owned
  }

  readonly #owned: Owned<Handle>
  /** Held, because what it is made from would be collected otherwise, and take this with it. */
  protected readonly madeFrom: NativeObject | undefined

  /**
   * Takes over the reference that the driver gave.
   *
   * @param giveBack must not refer to this object, nor to its `madeFrom`, which could never be collected then
   */
  constructor(kind: string, handle: Handle, giveBack: (handle: Handle) => number, madeFrom?: NativeObject) {
    this.#owned = new Owned(kind, handle, giveBack, madeFrom && ownedOf(madeFrom))
    this.madeFrom = madeFrom
    dropped.register(this, this.#owned, this.#owned)
  }

  get released(): boolean {
    return this.#owned.released
  }

  /** Gives the driver's object back. Commands that were enqueued before still run. Safe to call twice. */
  release(): void {
    dropped.unregister(this.#owned)
    this.#owned.release()
  }

  [Symbol.dispose](): void {
    this.release()
  }
}

/** The constructors of these classes are this package's business: here they stand for the class. */
type Class<Handle extends bigint> = abstract new (...values: never) => NativeObject<Handle>

/**
 * The live handle of an argument of class `type` that belongs to `context`.
 *
 * @throws TypeError for anything else.
 */
export function handleIn<Handle extends bigint>(
  context: Owned,
  object: NativeObject<Handle>,
  type: Class<Handle>,
): Handle {
  if (!(object instanceof type)) throw new TypeError(`Expected a ${type.name}, got ${describe(object)}.`)
  const owned = ownedOf(object)
  if (owned.context !== context) {
    throw new TypeError(`This ${owned.kind} belongs to another context: use objects of one context together.`)
  }
  return owned.live()
}

/** What a caller passed instead, in few words. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value)
  if (typeof value === "object") return `an object of ${value.constructor?.name ?? "no class"}`
  return `a ${typeof value}`
}
