import * as CL from "../native/constants/index.js"

export const kernelAccess = {
  "read-write": CL.MEM_READ_WRITE,
  "read-only": CL.MEM_READ_ONLY,
  "write-only": CL.MEM_WRITE_ONLY,
} as const

export const hostAccess = {
  "read-write": 0,
  "read-only": CL.MEM_HOST_READ_ONLY,
  "write-only": CL.MEM_HOST_WRITE_ONLY,
  none: CL.MEM_HOST_NO_ACCESS,
} as const

export type KernelAccess = keyof typeof kernelAccess

export interface BufferOptions {
  /** What kernels do with it. Default `read-write`. */
  readonly access?: KernelAccess
  /** What the host does with it. Default `read-write`. */
  readonly hostAccess?: keyof typeof hostAccess
  /** Whether it lies in memory of the host, where mapping it copies nothing. Default false: the driver chooses. */
  readonly inHostMemory?: boolean
}

export interface TransferOptions {
  /** Bytes of the buffer to leave out at the start. Default 0. */
  readonly offset?: number
}

export interface RangeOptions extends TransferOptions {
  /** Default: to the end. */
  readonly byteLength?: number
}

export interface CopyOptions extends RangeOptions {
  /** Where the copy goes, in bytes. Default 0. */
  readonly toOffset?: number
}
