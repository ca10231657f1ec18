/** Kernels and their memory, as those who write kernels, plan launches and make them tell each other. */

/** A kernel to launch, whose buffers have names: where they lie is for who plans it. */
export interface KernelCall {
  /** One kernel in OpenCL C 1.2, called `KERNEL`; helper functions begin with `KERNEL_`. */
  readonly source: string
  /** Names of its buffers, in the order of its parameters; the epilogue's come after its numbers. */
  readonly buffers: readonly string[]
  /** Arguments of type int, after the buffers. */
  readonly integers: readonly number[]
  readonly global: readonly number[]
  readonly local: readonly number[]
}

/** Memory of the device that kernels read and write. */
export class Storage {
  /** The memory that this is a part of, and where, in bytes. */
  #within: { readonly storage: Storage; readonly offset: number } | undefined
  /** Where it lies; `arena`: where the plan puts it, and only while it is needed. */
  readonly place: "arena" | "own"
  readonly byteLength: number

  constructor(byteLength: number, place: "arena" | "own") {
    this.byteLength = byteLength
    this.place = place
  }

  /** Puts it inside of another: what writes here writes there. Both belong to the arena; it can be done once. */
  placeIn(storage: Storage, offset: number): void {
    if (this.#within !== undefined) throw new Error("The storage lies within another already.")
    this.#within = { storage, offset }
  }

  get isPlaced(): boolean {
    return this.#within !== undefined
  }

  /** The storage that this is a part of at last, and where: itself at 0, if it is none's. */
  get root(): { readonly storage: Storage; readonly offset: number } {
    if (this.#within === undefined) return { storage: this, offset: 0 }
    const { storage, offset } = this.#within.storage.root
    return { storage, offset: offset + this.#within.offset }
  }
}

/** A kernel to launch, with the memory that it reads and writes. */
export interface Step {
  /** OpenCL C of one kernel, named `KERNEL`, and of functions that it calls, whose names begin with `KERNEL_`. */
  readonly source: string
  readonly arguments: readonly (Storage | number)[]
  /** Work-items, in one, two or three dimensions. */
  readonly global: readonly number[]
  readonly local: readonly number[]
}
