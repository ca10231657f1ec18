import { addressOf } from "./memory.js"

/**
 * NULL for the calls that are made most. koffi tries an argument as a bigint first, then as memory, and then as null: for
 * both of the latter it takes several times as long.
 */
export const NULL = 0n

/** Memory of this package that is passed again and again, and therefore by its address. Hold this while C uses it. */
export class FixedMemory<View extends NodeJS.ArrayBufferView> {
  readonly view: View
  #address: bigint | undefined

  constructor(view: View) {
    this.view = view
  }

  /** Asked for when it is passed, and not before: it needs what loads OpenCL. */
  get address(): bigint {
    this.#address ??= addressOf(this.view)
    return this.#address
  }
}
