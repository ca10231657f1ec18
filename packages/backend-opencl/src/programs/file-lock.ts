import koffi from "koffi"

/** flock(2), asm-generic/fcntl.h; errno-base.h */
const exclusive = 2
const withoutWaiting = 4
const pollMilliseconds = 5

let flock: ((descriptor: number, operation: number) => number) | undefined

/**
 * Waits until no other open file in this process or another holds this file's lock, and takes it. Closing the descriptor
 * gives it back, as the end of its thread does.
 *
 * @throws where the file system has no locks
 */
export async function lockFile(descriptor: number): Promise<void> {
  flock ??= koffi.load(null).func("int flock(int descriptor, int operation)") as unknown as typeof flock
  while (flock?.(descriptor, exclusive | withoutWaiting) !== 0) {
    const error = koffi.errno()
    if (error !== koffi.os.errno.EAGAIN && error !== koffi.os.errno.EINTR) throw new Error(`flock: errno ${error}`)
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds))
  }
}
