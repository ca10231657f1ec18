/** Programs of classic BPF for seccomp(2): linux/bpf_common.h, linux/seccomp.h, linux/audit.h. */

/** What a filter is asked about: offsets in struct seccomp_data. Arguments are 64 bits, little-endian. */
export const data = {
  number: 0,
  architecture: 4,
  low: (argument: number) => 16 + 8 * argument,
  high: (argument: number) => 20 + 8 * argument,
}

/** An architecture, as `data.architecture` has it. */
export const audit = { x64: 0xc000003e, arm64: 0xc00000b7 } as const

/** What a filter gives. */
export const allowed = 0x7fff0000
export const failWith = (errno: number) => 0x00050000 | errno

export const errno = { EPERM: 1, ENOSYS: 38 }

/** seccomp(2), to set a filter: of the calling thread, or of every thread that there is. */
export const setFilter = 1
export const filterFlags = { thisThread: 0, allThreads: 1 } as const

export interface Instruction {
  readonly code: number
  /** How many instructions to leave out if it is true, and if not. */
  readonly jt?: number
  readonly jf?: number
  readonly k: number
}

/** Loads of 32 bits, jumps, returns, bits. */
export const load = (k: number): Instruction => ({ code: 0x20, k })
export const equal = (k: number, jt: number, jf: number): Instruction => ({ code: 0x15, jt, jf, k })
export const greater = (k: number, jt: number, jf: number): Instruction => ({ code: 0x25, jt, jf, k })
export const anyBit = (k: number, jt: number, jf: number): Instruction => ({ code: 0x45, jt, jf, k })
export const give = (k: number): Instruction => ({ code: 0x06, k })

/** 8 bytes an instruction, struct sock_filter, little-endian. */
export function encode(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(8 * program.length)
  const view = new DataView(bytes.buffer)
  program.forEach(({ code, jt = 0, jf = 0, k }, index) => {
    view.setUint16(8 * index, code, true)
    view.setUint8(8 * index + 2, jt)
    view.setUint8(8 * index + 3, jf)
    view.setUint32(8 * index + 4, k, true)
  })
  return bytes
}
