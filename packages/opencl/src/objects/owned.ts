import { check } from "../native/check.js"

/**
 * One reference to a native object, and the children that were made from it. Releasing it releases the children first,
 * so that drivers which mind the order (OpenCL's reference counts say that they needn't) never see the wrong one. It
 * knows nothing of the JavaScript object that wraps it: that one can be collected, and the finaliser then calls this.
 */
export class Owned<Handle extends bigint = bigint> {
  readonly kind: string
  readonly handle: Handle
  /** The context that it belongs to; a context's is itself. */
  readonly context: Owned
  released = false
  readonly #parent: Owned | undefined
  readonly #children = new Set<Owned>()
  readonly #giveBack: () => number

  /**
   * Takes the reference over.
   *
   * @param giveBack calls the driver's release function, and gives its status
   * @throws TypeError when the parent has been released; the reference is given back then
   */
  constructor(kind: string, handle: Handle, giveBack: (handle: Handle) => number, parent?: Owned) {
    this.kind = kind
    this.handle = handle
    this.context = parent?.context ?? this
    this.#giveBack = () => giveBack(handle)
    this.#parent = parent
    if (parent?.released) {
      // It went while the child was being made, on another thread.
      giveBack(handle)
      parent.live()
    }
    if (parent !== undefined) parent.#children.add(this)
  }

  /** The handle, for the driver. @throws TypeError after release. */
  live(): Handle {
    if (this.released) throw new TypeError(`This ${this.kind} has been released: make another.`)
    return this.handle
  }

  /** Safe to call twice. @throws OpenCLError when the driver refuses; the object counts as released all the same. */
  release(): void {
    if (this.released) return
    this.released = true
    if (this.#parent !== undefined) this.#parent.#children.delete(this)
    try {
      // The youngest first: a queue's marker before the queue.
      for (const child of [...this.#children].reverse()) child.release()
    } finally {
      check(this.#giveBack(), `release of a ${this.kind}`)
    }
  }
}
