import { checkInteger } from "./numbers.js"

/** An argument in memory that the work items of a group share. */
export class LocalMemory {
  readonly byteLength: number

  constructor(byteLength: number) {
    this.byteLength = byteLength
  }
}

/**
 * Local memory, as an argument of a kernel.
 *
 * @throws RangeError
 */
export function local(byteLength: number): LocalMemory {
  return new LocalMemory(checkInteger(byteLength, "Local memory's byteLength", 1))
}
