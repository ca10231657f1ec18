import type { Libc } from "./libc.js"

/**
 * A message of one number, 8 bytes little-endian, with descriptors beside it (SCM_RIGHTS: unix(7), cmsg(3)), as the
 * system's calls want it in memory. On 64-bit Linux, with any C library:
 *
 *     0   struct msghdr: name, name length, iovec, iovecs, control, control length, flags    56 bytes
 *     64  struct iovec: address, length                                                      16 bytes
 *     80  the number                                                                          8 bytes
 *     96  struct cmsghdr: length, level, type; then 32-bit descriptors                       16 bytes + 4 each
 */
export interface DescriptorMessage {
  /** `struct msghdr` of a message to be sent. */
  toSend(number: number, descriptors: readonly number[]): bigint
  /** `struct msghdr` of a message to be received. */
  toReceive(): bigint
  /** What was received. `cut`: there were more descriptors, which this process had no room for and never got. */
  received(byteLength: number): {
    readonly number: number
    readonly descriptors: readonly number[]
    readonly cut: boolean
  }
}

/** The most descriptors of one message. */
export const mostDescriptors = 8

const iovecAt = 64
const numberAt = 80
const numberBytes = 8
const controlAt = 96
const controlHeadBytes = 16
const controlBytes = controlHeadBytes + 4 * mostDescriptors
const flagsAt = 48
const controlLengthAt = 40
const socketLevel = 1
const rights = 1
const controlTruncated = 0x08

/** @throws RangeError from `toSend` for more than {@link mostDescriptors}. */
export function descriptorMessage(libc: Libc): DescriptorMessage {
  const bytes = new Uint8Array(new ArrayBuffer(controlAt + controlBytes))
  const view = new DataView(bytes.buffer)
  const base = libc.addressOf(bytes)
  const write = (at: number, value: bigint) => view.setBigUint64(at, value, true)
  write(16, base + BigInt(iovecAt))
  write(24, 1n)
  write(32, base + BigInt(controlAt))
  write(iovecAt, base + BigInt(numberAt))
  write(iovecAt + 8, BigInt(numberBytes))

  return {
    toSend(number, descriptors) {
      if (descriptors.length === 0 || descriptors.length > mostDescriptors) {
        throw new RangeError(`A message has from 1 to ${mostDescriptors} descriptors, not ${descriptors.length}.`)
      }
      const length = controlHeadBytes + 4 * descriptors.length
      write(numberAt, BigInt(number))
      // Its end is aligned, as CMSG_SPACE has it.
      write(controlLengthAt, BigInt(Math.ceil(length / 8) * 8))
      write(controlAt, BigInt(length))
      view.setInt32(controlAt + 8, socketLevel, true)
      view.setInt32(controlAt + 12, rights, true)
      for (const [index, descriptor] of descriptors.entries()) {
        view.setInt32(controlAt + controlHeadBytes + 4 * index, descriptor, true)
      }
      return base
    },
    toReceive() {
      write(numberAt, 0n)
      write(controlLengthAt, BigInt(controlBytes))
      write(controlAt, 0n)
      return base
    },
    received(byteLength) {
      const given = Number(view.getBigUint64(controlLengthAt, true))
      const isRights =
        given >= controlHeadBytes &&
        view.getInt32(controlAt + 8, true) === socketLevel &&
        view.getInt32(controlAt + 12, true) === rights
      const count = isRights ? (Number(view.getBigUint64(controlAt, true)) - controlHeadBytes) / 4 : 0
      const at = (index: number) => view.getInt32(controlAt + controlHeadBytes + 4 * index, true)
      return {
        number: byteLength === numberBytes ? Number(view.getBigUint64(numberAt, true)) : Number.NaN,
        descriptors: Array.from({ length: count }, (_, index) => at(index)),
        cut: (view.getInt32(flagsAt, true) & controlTruncated) !== 0,
      }
    },
  }
}
