import { execFileSync } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { openVault, tensor } from "@strongroom/vault"
import { afterEach, beforeAll, describe, expect, it } from "vitest"
import { type SystemMemory, systemMemory } from "../src/os/memory.js"
import { lockedMemory, sizeFor, sweepMemory } from "../src/worker/locked-memory.js"
import { findLocked, findWiped, memorySurvey } from "../src/worker/memory-findings.js"
import { ledgerMemory, type MemoryLedger, memoryLedger } from "../src/worker/memory-ledger.js"
import { mostSecretBytes, secretMemory } from "../src/worker/secret-memory.js"
import { echoModel, pidOf, ship, testBackend } from "./support.js"

const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0)
const mebibyte = 2 ** 20
const newLedger = () => memoryLedger(ledgerMemory())

/** smaps of the mapping that an address lies in. */
function mappingAt(address: bigint, pid: number | "self" = "self"): string {
  const mappings = readFileSync(`/proc/${pid}/smaps`, "latin1").split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
  const found = mappings.find((mapping) => {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(mapping) ?? []
    return from !== undefined && BigInt(`0x${from}`) <= address && address < BigInt(`0x${to}`)
  })
  return found ?? ""
}
const flagsAt = (address: bigint) => /VmFlags: (.*)/.exec(mappingAt(address))?.[1]?.trim().split(" ") ?? []

describe.runIf(process.platform === "linux")("memory", () => {
  let system: SystemMemory
  beforeAll(async () => {
    const found = await systemMemory()
    if (!found) throw new Error("there is no system memory on this platform")
    system = found
  })

  describe("for keys", () => {
    it("is memfd_secret between pages that nobody can touch", () => {
      const ledger = newLedger()
      const { address, bytes } = secretMemory(system, ledger).allocate(32)
      expect(ledger).toMatchObject({ secrets: "memfd_secret", secretsErrno: 0 })
      bytes.fill(0xa5)
      const [region] = ledger.regions()
      const begin = region?.address ?? 0n
      expect(begin <= address && address < begin + 4096n).toBe(true)
      expect(mappingAt(begin)).toMatch(/^\S+ rw-s .*secretmem/)
      expect(mappingAt(begin - 1n)).toMatch(/^\S+ ---p/)
      expect(mappingAt(begin + 4096n)).toMatch(/^\S+ ---p/)
      expect(flagsAt(begin)).toEqual(expect.arrayContaining(["lo", "dd", "dc"]))
      sweepMemory(system, ledger)
      expect(mappingAt(begin)).not.toContain("secretmem")
    })

    it("is overwritten when it is closed, used again, and grows", () => {
      const memory = secretMemory(system, newLedger())
      const many = Array.from({ length: 100 }, () => memory.allocate(mostSecretBytes))
      expect(new Set(many.map(({ address }) => address)).size).toBe(100)
      for (const [i, { bytes }] of many.entries()) bytes.fill(i + 1)
      expect(many.every(({ bytes }, i) => bytes.every((byte) => byte === i + 1))).toBe(true)
      const [first] = many
      first?.close()
      expect(isZero(first?.bytes ?? Uint8Array.of(1))).toBe(true)
      const again = memory.allocate(16)
      expect(again.address).toBe(first?.address)
      // A second close frees nothing of the piece's next owner.
      again.bytes.fill(9)
      first?.close()
      expect(again.bytes.every((byte) => byte === 9)).toBe(true)
      expect(() => memory.allocate(mostSecretBytes + 1)).toThrow(RangeError)
    })

    it.each([
      ["locked, where the system has no memfd_secret", { mapSecret: () => ({ errno: 38 }) }, "locked", 38],
      ["as it is, where it may lock nothing", { mapSecret: () => ({ errno: 38 }), lock: () => 12 }, "plain", 12],
    ] as const)("is %s", (_, change, kind, errno) => {
      const ledger = newLedger()
      const { bytes } = secretMemory({ ...system, ...change }, ledger).allocate(32)
      bytes.fill(1)
      expect(ledger).toMatchObject({ secrets: kind, secretsErrno: errno })
    })
  })

  describe("for the host's plaintext", () => {
    let ledger: MemoryLedger
    afterEach(() => sweepMemory(system, ledger))

    it.each([0, 1, 64, 65, 4096, 65_535, 65_536, 65_537, 1_000_000])(
      "%i bytes are zeros, locked and apart",
      (length) => {
        ledger = newLedger()
        const { bytes, address, close } = lockedMemory(system, ledger).allocate(length)
        expect(bytes.length).toBe(length)
        expect(isZero(bytes)).toBe(true)
        expect(bytes.byteOffset % 8).toBe(0)
        expect(flagsAt(address ?? 0n)).toEqual(expect.arrayContaining(["lo", "dd", "dc"]))
        expect(ledger.unlockedBytes).toBe(0)
        expect(ledger.lockedBytes).toBeGreaterThanOrEqual(length)
        bytes.fill(7)
        close()
        expect(isZero(bytes)).toBe(true)
      },
    )

    it("of many bytes has huge pages, where the system has some, and of few bytes small ones", () => {
      const memory = lockedMemory(system, newLedger())
      const flagsOf = (byteLength: number) => flagsAt(memory.allocate(byteLength).address ?? 0n)
      const isBuiltIn = existsSync("/sys/kernel/mm/transparent_hugepage/enabled")
      expect(flagsOf(8 * mebibyte).includes("hg")).toBe(isBuiltIn)
      expect(flagsOf(mebibyte)).not.toContain("hg")
    })

    it("is used again, and two that are open at a time never share", () => {
      ledger = newLedger()
      const memory = lockedMemory(system, ledger)
      const first = memory.allocate(100_000)
      first.close()
      const second = memory.allocate(99_000)
      expect(second.address).toBe(first.address)
      second.bytes.fill(3)
      first.close()
      expect(second.bytes.every((byte) => byte === 3)).toBe(true)
      const small = Array.from({ length: 3000 }, (_, i) => memory.allocate(1 + (i % 200)))
      for (const [i, { bytes }] of small.entries()) bytes.fill(i)
      expect(small.every(({ bytes }, i) => bytes.every((byte) => byte === (i & 0xff)))).toBe(true)
    })

    it("of many bytes gives its pages back, and is zeros and locked when it is used again", () => {
      ledger = newLedger()
      // What a test may lock in all may be less than this.
      const memory = lockedMemory({ ...system, lock: () => 0 }, ledger)
      const length = 40 * mebibyte
      const first = memory.allocate(length)
      first.bytes.fill(1)
      first.close()
      expect(ledger.lockedBytes).toBe(0)
      expect(Number(/^Rss:\s+(\d+)/m.exec(mappingAt(first.address ?? 0n))?.[1])).toBe(0)
      const second = memory.allocate(length)
      expect(second.address).toBe(first.address)
      expect(ledger.lockedBytes).toBe(sizeFor(length))
      expect(isZero(second.bytes.subarray(0, 4096))).toBe(true)
    })

    it("counts what the limit leaves unlocked, for good, and locks again when there is room", () => {
      ledger = newLedger()
      let isFull = true
      const memory = lockedMemory({ ...system, lock: () => (isFull ? 12 : 0) }, ledger)
      memory.allocate(100_000).close()
      expect(ledger).toMatchObject({ lockedBytes: 0, unlockedBytes: sizeFor(100_000), lockErrno: 12 })
      isFull = false
      memory.allocate(100_000)
      expect(ledger).toMatchObject({ lockedBytes: sizeFor(100_000), unlockedBytes: sizeFor(100_000) })
    })

    it("that waits makes room for what is to be locked, and is given back when it is asked for", () => {
      ledger = newLedger()
      // What a limit of 200,000 bytes does.
      const locked = new Map<bigint, number>()
      const limited: SystemMemory = {
        ...system,
        lock(address, length) {
          if ([...locked.values()].reduce((sum, one) => sum + one, length) > 200_000) return 12
          locked.set(address, length)
          return 0
        },
        unlock: (address) => void locked.delete(address),
      }
      const memory = lockedMemory(limited, ledger)
      memory.allocate(130_000).close()
      const second = memory.allocate(180_000)
      expect(ledger).toMatchObject({ lockedBytes: sizeFor(180_000), unlockedBytes: 0 })
      second.close()
      memory.trim()
      expect(ledger.lockedBytes).toBe(0)
      const again = memory.allocate(180_000)
      expect(again.address).toBe(second.address)
      expect(ledger).toMatchObject({ lockedBytes: sizeFor(180_000), unlockedBytes: 0 })
    })

    it("of a thread that was ended by force is overwritten", () => {
      ledger = newLedger()
      const left = [10, 70_000].map((length) => lockedMemory(system, ledger).allocate(length).bytes.fill(1))
      sweepMemory(system, ledger)
      for (const bytes of left) expect(isZero(bytes)).toBe(true)
    })
  })

  it.each([1, 4095, 4096, 4097, 300_000])("is filled by its address, %i bytes, in the vault", async (length) => {
    const part = new Uint8Array(randomBytes(length))
    const { model, keys } = await ship(echoModel("float32", part))
    await using vault = await openVault({ backend: testBackend({ facts: true, into: true }) })
    const session = await vault.load(model, keys)
    const { facts } = await session.run({ x: tensor("float32", [1], Float32Array.of(1)) })
    const { partDigests } = JSON.parse(String(facts?.data[0]))
    expect(partDigests).toEqual([createHash("sha256").update(part).digest("hex")])
  })

  it("that was locked stays so when another process lowers the limit", async () => {
    const { model, keys } = await ship(echoModel("float32", new Uint8Array(500_000)))
    await using vault = await openVault({ backend: testBackend() })
    await vault.load(model, keys)
    const pid = pidOf(vault)
    const locked = () => Number(/^VmLck:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1])
    const before = locked()
    // Keys of the main thread and of a session's, and the part.
    expect(before).toBeGreaterThanOrEqual(500_000 / 1024)
    execFileSync("prlimit", ["--pid", String(pid), "--memlock=0:0"])
    expect(locked()).toBe(before)
    const finding = (id: string) => vault.report().guarantees.find((one) => one.id === id)
    expect(finding("memory.locked")).toMatchObject({ state: "enforced", evidence: { unlockedBytes: 0 } })
    // And what comes after is told as it is.
    await vault.load(model, keys)
    expect(finding("memory.locked")).toMatchObject({ evidence: { lockError: expect.any(String), limit: "0" } })
    expect(finding("memory.locked")?.state).not.toBe("enforced")
  })
})

describe("what memory's guarantees say", () => {
  const counts = { secrets: "memfd_secret", secretsErrno: 0, lockedBytes: 10, unlockedBytes: 0, lockErrno: 0 } as const

  it.each([
    ["enforced", counts, 0],
    ["enforced", { ...counts, secrets: "locked", secretsErrno: 38 }, 0],
    // OpenSSL's own memory isn't locked.
    ["unavailable", counts, 1],
    ["unavailable", { ...counts, secrets: "locked", secretsErrno: 38 }, undefined],
    ["observed", { ...counts, unlockedBytes: 1, lockErrno: 12 }, 0],
    ["unavailable", { ...counts, unlockedBytes: 1, lockErrno: 12 }, 1],
    ["unavailable", { ...counts, unlockedBytes: 1, lockErrno: 12 }, undefined],
    ["observed", { ...counts, secrets: "plain", secretsErrno: 12 }, 0],
    ["unavailable", { ...counts, secrets: "plain", secretsErrno: 12 }, 2],
    ["unavailable", { ...counts, secrets: undefined }, undefined],
  ] as const)("locked: %s for %j and %s swap areas", (state, counts, swapAreas) => {
    expect(findLocked(counts, swapAreas, "8388608")).toMatchObject({ state, evidence: { limit: "8388608" } })
  })

  it("wiped: a text among the identities, or keys in V8's heap, and it isn't", () => {
    const wiping = { texts: 0, decryption: "OpenSSL, in place", keysOutsideHeap: true }
    expect(findWiped(wiping)).toMatchObject({ state: "enforced", evidence: { texts: 0 } })
    expect(findWiped({ ...wiping, texts: 1 })).toMatchObject({ state: "unavailable", evidence: { texts: 1 } })
    expect(findWiped({ ...wiping, keysOutsideHeap: false })).toMatchObject({ state: "unavailable" })
  })

  it("sums up threads, and remembers of those that ended what wasn't locked", () => {
    const survey = memorySurvey()
    const [a, b] = [newLedger(), newLedger()]
    survey.add(a)
    survey.add(b)
    a.noteSecrets("memfd_secret", 0)
    b.noteSecrets("locked", 38)
    a.noteLocked(10)
    b.noteLocked(20)
    b.noteUnlocked(5, 12)
    const all = { secrets: "locked", secretsErrno: 38, lockedBytes: 30, unlockedBytes: 5, lockErrno: 12 }
    expect(survey.counts()).toEqual(all)
    survey.remove(b)
    expect(survey.counts()).toEqual({ ...all, lockedBytes: 10 })
  })
})
