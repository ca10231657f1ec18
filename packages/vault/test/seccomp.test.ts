import { describe, expect, it } from "vitest"
import { allStartingCalls } from "../src/os/allowed-calls.js"
import { compileAttributeFilter } from "../src/os/attribute-filter.js"
import { compileReservingFilter } from "../src/os/reserving-filter.js"
import { compileFilter, type Filter } from "../src/os/seccomp.js"
import { type Architecture, numberOf, type SystemCall, systemCalls } from "../src/os/system-calls.js"

const architectures = ["x64", "arm64"] as const
const audit = { x64: 0xc000003e, arm64: 0xc00000b7 }
const [allowed, eperm, enosys] = [0x7fff0000, 0x00050001, 0x00050026]

/** What the kernel would do: an interpreter of the few instructions of classic BPF that filters are made of. */
function decide(program: Uint8Array, architecture: number, number: number, values: readonly bigint[] = []): number {
  const data = new DataView(new ArrayBuffer(64))
  data.setUint32(0, number, true)
  data.setUint32(4, architecture, true)
  values.forEach((value, index) => {
    data.setBigUint64(16 + 8 * index, value, true)
  })
  const view = new DataView(program.buffer)
  let accumulator = 0
  for (let at = 0; at < program.length / 8; at++) {
    const [code, k] = [view.getUint16(8 * at, true), view.getUint32(8 * at + 4, true)]
    const jump = (holds: boolean) => {
      at += view.getUint8(8 * at + (holds ? 2 : 3))
    }
    if (code === 0x20) accumulator = data.getUint32(k, true)
    else if (code === 0x15) jump(accumulator === k)
    else if (code === 0x25) jump(accumulator > k)
    else if (code === 0x45) jump((accumulator & k) !== 0)
    else if (code === 0x06) return k
    else throw new Error(`An instruction that no filter has: ${code}`)
  }
  throw new Error("The program ran off its end.")
}

const starting: Filter = { allow: allStartingCalls, fork: false, filters: true, listening: false }
const running: Filter = { allow: allStartingCalls, fork: false, filters: false, listening: false }
const listening: Filter = { allow: allStartingCalls, fork: false, filters: true, listening: true }
const forking: Filter = { allow: allStartingCalls, fork: true, filters: true, listening: false }

function ask(filter: Filter, architecture: Architecture, name: SystemCall, ...values: bigint[]): number | undefined {
  const number = numberOf(name, architecture)
  return number === undefined
    ? undefined
    : decide(compileFilter(filter, architecture), audit[architecture], number, values)
}

describe.each(architectures)("a filter for %s", (architecture) => {
  const asked = (filter: Filter, name: SystemCall, ...values: bigint[]) => ask(filter, architecture, name, ...values)

  it("allows what it lists, and refuses every other call that is known", () => {
    const conditional = [
      "clone",
      "clone3",
      "fork",
      "vfork",
      "execve",
      "execveat",
      "prctl",
      "prlimit64",
      "ioctl",
      "seccomp",
    ]
    for (const name of Object.keys(systemCalls) as SystemCall[]) {
      if (conditional.includes(name)) continue
      const found = asked(starting, name)
      if (found !== undefined) expect([name, found]).toEqual([name, allStartingCalls.includes(name) ? allowed : eperm])
    }
  })

  it("refuses sockets, tracing, keys, namespaces, mounts, io_uring and kernel code", () => {
    for (const name of [
      ...([
        "socket",
        "socketpair",
        "connect",
        "bind",
        "listen",
        "accept4",
        "ptrace",
        "process_vm_readv",
        "pidfd_getfd",
      ] as const),
      ...(["keyctl", "setns", "unshare", "mount", "pivot_root", "io_uring_setup", "bpf", "perf_event_open"] as const),
      ...(["init_module", "kexec_load", "userfaultfd", "personality", "shmget", "msgget", "semget"] as const),
    ]) {
      expect([name, asked(starting, name)]).toEqual([name, eperm])
      expect([name, asked(forking, name)]).toEqual([name, eperm])
    }
  })

  it("lets a local socket of packets be made and listened at, only where that is said", () => {
    const [unix, internet, stream, packets, flags] = [1n, 2n, 1n, 5n, 0x80800n]
    for (const type of [packets, packets | flags]) {
      expect(asked(listening, "socket", unix, type)).toBe(allowed)
      expect(asked(starting, "socket", unix, type)).toBe(eperm)
    }
    expect(asked(listening, "socket", unix, stream)).toBe(eperm)
    expect(asked(listening, "socket", internet, packets)).toBe(eperm)
    for (const name of ["bind", "listen"] as const) {
      expect([name, asked(listening, name), asked(starting, name)]).toEqual([name, allowed, eperm])
    }
    for (const name of ["connect", "accept4", "socketpair"] as const) {
      expect([name, asked(listening, name)]).toEqual([name, eperm])
    }
  })

  it("lets threads be made, and processes only where programs may be started", () => {
    const [thread, process, namespace] = [0x3d0f00n, 17n, 0x10000000n | 17n]
    expect(asked(starting, "clone", thread)).toBe(allowed)
    expect(asked(starting, "clone", process)).toBe(eperm)
    expect(asked(starting, "clone", thread | namespace)).toBe(eperm)
    expect(asked(starting, "execve")).toBe(eperm)
    expect(asked(forking, "clone", process)).toBe(allowed)
    expect(asked(forking, "clone", namespace)).toBe(eperm)
    expect(asked(forking, "execve")).toBe(eperm)
    expect(asked(forking, "wait4")).toBe(allowed)
    expect(asked(starting, "clone3")).toBe(enosys)
  })

  it("keeps the process from becoming dumpable, outliving its parent or putting words into a terminal", () => {
    const [setDeathSignal, setDumpable, setName, setTracer] = [1n, 4n, 15n, 0x59616d61n]
    expect(asked(starting, "prctl", setName)).toBe(allowed)
    for (const option of [setDeathSignal, setDumpable, setTracer]) expect(asked(starting, "prctl", option)).toBe(eperm)
    expect(asked(starting, "ioctl", 0n, 0x5412n)).toBe(eperm)
    expect(asked(starting, "ioctl", 0n, 0x5401n)).toBe(allowed)
    expect(asked(starting, "prlimit64", 0n)).toBe(allowed)
    expect(asked(starting, "prlimit64", 1n)).toBe(eperm)
  })

  it("can be followed by another only if it says so", () => {
    const [thisThread, allThreads, log, listener] = [0n, 1n, 2n, 8n]
    for (const flags of [thisThread, allThreads]) expect(asked(starting, "seccomp", 1n, flags)).toBe(allowed)
    for (const flags of [log, listener, listener | allThreads])
      expect(asked(starting, "seccomp", 1n, flags)).toBe(eperm)
    expect(asked(starting, "seccomp", 0n, thisThread)).toBe(eperm)
    expect(asked(running, "seccomp", 1n, allThreads)).toBe(eperm)
  })

  it("that reserves the next allows all but another next one", () => {
    const address = 0x7f12_8765_4320n
    const program = compileReservingFilter(address, architecture)
    const number = numberOf("seccomp", architecture) ?? -1
    const next = (flags: bigint, at: bigint) => decide(program, audit[architecture], number, [1n, flags, at])
    expect(next(1n, address)).toBe(allowed)
    for (const other of [address + 8n, address + 2n ** 32n, address & 0xffff_ffffn]) expect(next(1n, other)).toBe(eperm)
    for (const flags of [0n, 2n, 8n]) expect(next(flags, address)).toBe(eperm)
    for (const other of [0, 1, 511, 1000]) expect(decide(program, audit[architecture], other)).toBe(allowed)
    expect(decide(program, 0x40000003, 0)).toBe(eperm)
  })

  it("for attributes refuses what changes modes, owners and times, and nothing else", () => {
    const program = compileAttributeFilter(architecture)
    const refused = (Object.keys(systemCalls) as SystemCall[]).filter((name) => {
      const number = numberOf(name, architecture)
      return number !== undefined && decide(program, audit[architecture], number) !== allowed
    })
    expect(refused.every((name) => /^(f|l)?ch(mod|own)(at2?)?$|^f?utime(s|ns)?(at)?$/.test(name))).toBe(true)
    expect(refused).toEqual(expect.arrayContaining(["fchmodat", "fchownat", "utimensat"]))
    expect(refused.length).toBe(architecture === "x64" ? 12 : 6)
  })

  it("refuses another architecture's calls, and says that newer ones don't exist", () => {
    const program = compileFilter(starting, architecture)
    const other = architecture === "x64" ? 0x40000003 : 0x40000028
    expect(decide(program, other, 0)).toBe(eperm)
    for (const number of [512, 1000, 0x40000000, 0x40000001]) {
      expect(decide(program, audit[architecture], number)).toBe(enosys)
    }
  })
})
