import type { Linux } from "./linux.js"

/** struct sock_fprog: a length in instructions, room, and their address. */
const headerLength = 16

/**
 * What seccomp(2) takes: a filter's instructions behind the struct sock_fprog that points to them. It lies still as long as
 * somebody holds it, since V8 moves no more than 64 bytes.
 */
export function filterProgram(system: Linux, instructions: Uint8Array): Uint8Array {
  const program = new Uint8Array(Math.max(headerLength + instructions.length, 65))
  program.set(instructions, headerLength)
  const view = new DataView(program.buffer)
  view.setUint16(0, instructions.length / 8, true)
  view.setBigUint64(8, system.address(program) + BigInt(headerLength), true)
  return program
}
