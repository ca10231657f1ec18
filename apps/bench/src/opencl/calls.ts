import koffi from "koffi"

/** What is timed, by one of the ways to call OpenCL. c/opencl_peer.c makes the same calls. */
export interface Calls {
  /** The device and its driver, in the words of c/opencl_peer.c. */
  readonly device: string
  /** setArg, enqueue and finish of an empty kernel. */
  launch(): void
  /** {@link transferBytes} from the host to the device, until they are there. */
  write(): void
  read(): void
  /** An argument, and {@link queued} kernels in the queue before the first of them runs; then all of them run. */
  fillQueue(): void
  /** Eight calls: setArg, enqueue, enqueue with an event, wait for it, release it, write and read 64 bytes, finish. */
  mix(): void
}

export const source = "kernel void empty(int value) {}"
export const transferBytes = 64 * 2 ** 20
export const queued = 10_000
export const smallBytes = 64

/**
 * Memory of JavaScript that starts at a page, and has been written to. To be asked for when the buffer is there, as in C:
 * in the other order a transfer took a tenth longer, whoever made it.
 */
export function pages(): Uint8Array {
  const page = 4096
  const room = new Uint8Array(transferBytes + page).fill(1)
  const start = Number(-koffi.address(room) & BigInt(page - 1))
  return room.subarray(start, start + transferBytes)
}
