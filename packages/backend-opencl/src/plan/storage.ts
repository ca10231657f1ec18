/** Memory of the device that kernels read and write. */
export class Storage {
  /** Where it lies; `arena`: where the plan puts it, and only while it is needed. */
  readonly place: "arena" | "own"
  readonly byteLength: number

  constructor(byteLength: number, place: "arena" | "own") {
    this.byteLength = byteLength
    this.place = place
  }
}

/** One kernel to launch. */
export interface Step {
  /** OpenCL C of one kernel, named `KERNEL`, and of functions that it calls, whose names begin with `KERNEL_`. */
  readonly source: string
  readonly arguments: readonly (Storage | number)[]
  /** Work-items, in one, two or three dimensions. */
  readonly global: readonly number[]
  readonly local: readonly number[]
}
