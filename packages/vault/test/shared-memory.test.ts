import { readFileSync } from "node:fs"
import { type ElementType, tensor, type Vault } from "@strongroom/vault"
import fc from "fast-check"
import { describe, expect, it, onTestFinished } from "vitest"
import { aligned, arena } from "../src/app/arena.js"
import { type Crossing, openCrossing } from "../src/app/crossing.js"
import { openVaultWith } from "../src/app/vault.js"
import { leastSharedBytes, rangeOf } from "../src/channel/wire-tensor.js"
import { type Libc, loadLibc } from "../src/os/libc.js"
import { outputPool } from "../src/worker/output-pool.js"
import { coded, echoModel, pidOf, ship, testBackend } from "./support.js"

const linux = process.platform === "linux"
const script = new URL("../dist/worker/main.js", import.meta.url)

/** A way to cross that shows what is shared, as an attacker in the app, or with a debugger on it, sees it. */
async function watched(): Promise<{ cross(): Promise<Crossing | undefined>; memories: Uint8Array[] }> {
  const memories: Uint8Array[] = []
  return {
    memories,
    async cross() {
      const crossing = await openCrossing()
      if (!crossing) return undefined
      const map: Libc["map"] = (descriptor, byteLength) => {
        const mapping = crossing.libc.map(descriptor, byteLength)
        memories.push(mapping.bytes)
        return mapping
      }
      return { ...crossing, libc: { ...crossing.libc, map } }
    },
  }
}

describe.runIf(linux)("an input that is changed while the engine has it", () => {
  const count = 2 ** 16

  /** Runs with an input of ones, each of whose bytes is turned to 255 and back all the time. */
  async function attack(
    type: ElementType,
    elements: number,
  ): Promise<{ looks: number; changes: number; largest: number }> {
    const shipped = await ship(echoModel(type))
    const { cross, memories } = await watched()
    const vault = await openVaultWith(script, { backend: testBackend({ watch: 200 }) }, { cross })
    onTestFinished(() => vault.close())
    const session = await vault.load(shipped.model, shipped.keys)
    const data = type === "bool" || type === "uint8" ? new Uint8Array(elements) : undefined
    const x = tensor(type as "float32", [elements], (data ?? new Array(elements).fill(1)) as never)
    data?.fill(1)
    // Until memory is there, inputs come in frames.
    for (let i = 0; i < 3; i++) await session.run({ x })
    const run = session.run({ x }, { outputs: ["facts"] })
    let isRunning = true
    const settled = () => {
      isRunning = false
    }
    run.then(settled, settled)
    const input = (memories.at(-1) ?? new Uint8Array(0)).subarray(0, elements)
    const before = input.slice()
    expect(before.some((byte) => byte !== 0)).toBe(true)
    // What is changed before it is copied is as if it had been given so.
    await new Promise((resolve) => setTimeout(resolve, 50))
    while (isRunning) {
      input.fill(255)
      input.set(before)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const { facts } = await run
    return JSON.parse(String(facts?.data[0]))
  }

  it("is a float: then it changes, which shows that this attack is one", async () => {
    // On a busy machine the engine may look only when nothing is changed.
    let [looks, changes] = [0, 0]
    for (let tries = 0; tries < 5 && changes === 0; tries++) ({ looks, changes } = await attack("float32", count))
    expect(looks).toBeGreaterThan(10)
    expect(changes).toBeGreaterThan(0)
  })

  it.each(["int32", "int64", "bool", "uint8"] as const)("is of %s: then it doesn't", async (type) => {
    const { looks, changes, largest } = await attack(type, count)
    expect(looks).toBeGreaterThan(10)
    expect(changes).toBe(0)
    if (type === "bool") expect(largest).toBeLessThanOrEqual(1)
  })
})

describe.runIf(linux)("a message that says what isn't so of shared memory", () => {
  /** A vault whose app's messages of runs are changed on their way. */
  async function changed(change: (run: Record<string, unknown>) => Record<string, unknown>): Promise<Vault> {
    const vault = await openVaultWith(script, { backend: testBackend() })
    onTestFinished(() => vault.close())
    const stringify = JSON.stringify
    JSON.stringify = ((value: Record<string, unknown>, ...rest: []) =>
      stringify(value?.type === "run" && value.memory !== null ? change(value) : value, ...rest)) as never
    onTestFinished(() => {
      JSON.stringify = stringify
    })
    return vault
  }
  const inputs = (range: object) => (run: Record<string, unknown>) => {
    const [first] = run.inputs as object[]
    return { ...run, inputs: [{ ...first, ...range }] }
  }
  const large = tensor("float32", [2 ** 14], new Float32Array(2 ** 14).fill(1))

  it.each([
    ["an input beyond its end", inputs({ at: 2 ** 20 })],
    ["an input that ends beyond its end", inputs({ at: 2 ** 20 - 4 })],
    ["an input whose end is no exact number", inputs({ at: 2 ** 53 - 1, byteLength: 2 ** 53 - 1 })],
    ["room beyond its end", (run) => ({ ...run, room: { at: 2 ** 20, byteLength: 1 } })],
    ["memory that there never was", (run) => ({ ...run, memory: 99 })],
    ["no memory, but inputs in it", (run) => ({ ...run, memory: null, room: null })],
  ] satisfies [string, Parameters<typeof changed>[0]][])("(%s) fails that run, and no other", async (_, change) => {
    const shipped = await ship()
    let isOn = false
    const vault = await changed((run) => (isOn ? change(run) : run))
    const session = await vault.load(shipped.model, shipped.keys)
    for (let i = 0; i < 3; i++) await session.run({ x: large }, { outputs: ["y"] })
    isOn = true
    await expect(session.run({ x: large }, { outputs: ["y"] })).rejects.toEqual(coded("channel-invalid"))
    isOn = false
    expect((await session.run({ x: large }, { outputs: ["y"] })).y?.data.at(-1)).toBe(1)
  })

  it("(another length than the shape's) is told as such", async () => {
    const shipped = await ship()
    let isOn = false
    const vault = await changed((run) => (isOn ? inputs({ byteLength: leastSharedBytes })(run) : run))
    const session = await vault.load(shipped.model, shipped.keys)
    for (let i = 0; i < 3; i++) await session.run({ x: large })
    isOn = true
    await expect(session.run({ x: large })).rejects.toEqual(coded("input-length"))
  })
})

describe.runIf(linux)("shared memory", () => {
  it("can't be made shorter or longer by anybody, and reads zeros where it was retired", async () => {
    const libc = await loadLibc()
    const { ftruncateSync, closeSync } = await import("node:fs")
    const descriptor = libc.memoryFile(2 ** 16)
    expect(libc.isSealed(descriptor)).toBe(true)
    expect(() => ftruncateSync(descriptor, 0)).toThrow("EPERM")
    expect(() => ftruncateSync(descriptor, 2 ** 20)).toThrow("EPERM")
    const [one, other] = [libc.map(descriptor, 2 ** 16), libc.map(descriptor, 2 ** 16)]
    closeSync(descriptor)
    one.bytes[2 ** 16 - 1] = 7
    expect(other.bytes.at(-1)).toBe(7)
    other.retire()
    expect([other.bytes.at(-1), one.bytes.at(-1)]).toEqual([0, 7])
    one.unmap()
    other.unmap()
    const { openSync, fstatSync } = await import("node:fs")
    const plain = openSync(process.execPath, "r")
    expect(fstatSync(plain).isFile()).toBe(true)
    expect(() => libc.isSealed(plain)).toThrow("EINVAL")
    closeSync(plain)
  })

  it("of the vault can't be executed where the kernel knows how to forbid it", async () => {
    const shipped = await ship()
    const vault = await openVaultWith(script, { backend: testBackend() })
    onTestFinished(() => vault.close())
    const session = await vault.load(shipped.model, shipped.keys)
    const x = tensor("float32", [2 ** 14], new Float32Array(2 ** 14))
    for (let i = 0; i < 3; i++) await session.run({ x })
    const maps = readFileSync(`/proc/${pidOf(vault)}/maps`, "latin1").split("\n")
    expect(maps.filter((line) => line.includes("memfd:strongroom")).map((line) => line.split(" ")[1])).toEqual(["rw-s"])
  })

  it("is named by ranges that lie in it whole", () => {
    const memory = new Uint8Array(100)
    expect(rangeOf(memory, { at: 0, byteLength: 100 }).length).toBe(100)
    expect(rangeOf(memory, { at: 100, byteLength: 0 }).length).toBe(0)
    for (const [at, byteLength] of [
      [0, 101],
      [1, 100],
      [101, 0],
      [2 ** 53 - 1, 1],
      [0, 2 ** 53 - 1],
    ] as const) {
      expect(() => rangeOf(memory, { at, byteLength })).toThrow(coded("channel-invalid"))
    }
  })
})

describe("an arena's pieces", () => {
  it("never overlap, lie within it, and are found again when they are given back", () => {
    const step = fc.record({ take: fc.boolean(), byteLength: fc.integer({ min: 0, max: 700 }), which: fc.nat() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const size = 4096
        const pieces = arena(size)
        const held: { at: number; end: number }[] = []
        for (const { take, byteLength, which } of steps) {
          if (take) {
            const at = pieces.take(byteLength)
            if (at === undefined) continue
            expect(at % 64).toBe(0)
            expect(at + byteLength).toBeLessThanOrEqual(size)
            const end = at + byteLength
            expect(held.some((one) => at < Math.max(one.end, one.at + 1) && one.at < Math.max(end, at + 1))).toBe(false)
            held.push({ at, end })
          } else {
            const [gone] = held.splice(which % Math.max(held.length, 1), 1)
            if (gone) pieces.give(gone.at)
          }
        }
        for (const { at } of held) pieces.give(at)
        expect(pieces.isEmpty).toBe(true)
        expect(pieces.take(size)).toBe(0)
        expect(pieces.take(1)).toBeUndefined()
      }),
    )
  })

  it("begin where engines can read them in place", () => {
    expect([0, 1, 64, 65].map(aligned)).toEqual([0, 64, 64, 128])
  })
})

it("output memory is used again, for the same length, once", () => {
  const pool = outputPool()
  const first = pool.take(8)
  pool.give([first, new Uint8Array(new ArrayBuffer(32), 0, 16)])
  expect(pool.take(16).buffer.byteLength).toBe(16)
  expect(pool.take(8)).toBe(first)
  expect(pool.take(8)).not.toBe(first)
})
