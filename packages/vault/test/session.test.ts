import { openVault, type Session, type Tensor, tensor, type Vault } from "@strongroom/vault"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type BackendOptions, echoModel, ship, testBackend } from "./support.js"

async function open(options: BackendOptions = {}, model = echoModel()): Promise<{ vault: Vault; session: Session }> {
  const shipped = await ship(model)
  const vault = await openVault({ backend: testBackend(options) })
  return { vault, session: await vault.load(shipped.model, shipped.keys) }
}

const numbers = (...values: number[]) => tensor("float32", [values.length], Float32Array.from(values))

describe("a session", () => {
  let vault: Vault
  beforeAll(async () => {
    vault = await openVault({ backend: testBackend() })
  })
  afterAll(() => vault.close())

  const tensors: Tensor[] = [
    numbers(1, -0, Number.NaN),
    tensor("float64", [1], Float64Array.of(1e300)),
    tensor("float16", [2], Uint16Array.of(0x3c00, 0xffff)),
    tensor("bfloat16", [1], Uint16Array.of(0x3f80)),
    tensor("int64", [2], BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)),
    tensor("uint64", [1], BigUint64Array.of(2n ** 64n - 1n)),
    tensor("int32", [0], new Int32Array(0)),
    tensor("int4", [3], Uint8Array.of(0x21, 0x03)),
    tensor("bool", [2], Uint8Array.of(0, 1)),
    tensor("string", [2], ["", "π𝄞\u0000"]),
  ]
  it.each(tensors.map((value) => [value.type, value] as const))("takes and gives %s", async (type, value) => {
    const shipped = await ship(echoModel(type))
    await using session = await vault.load(shipped.model, shipped.keys)
    expect(session.inputs).toEqual([{ name: "x", type, shape: ["n"] }])
    expect(session.outputs.map(({ name }) => name)).toEqual(["y", "facts"])
    expect(await session.run({ x: value }, { outputs: ["y"] })).toEqual({ y: value })
  })

  it("takes and gives 64 MiB bit for bit, through views that begin anywhere", async () => {
    const shipped = await ship()
    await using session = await vault.load(shipped.model, shipped.keys)
    const data = new Float32Array(2 ** 24 + 3).subarray(3)
    const words = new Uint32Array(data.buffer)
    for (let index = 0, word = 1; index < words.length; index++) {
      word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0
      words[index] = word & 0x7f7f_ffff
    }
    const { y } = await session.run({ x: tensor("float32", [data.length], data) })
    expect(y?.data.length).toBe(2 ** 24)
    const given = y?.data as Float32Array
    expect(
      Buffer.compare(Buffer.from(given.buffer, given.byteOffset, given.byteLength), Buffer.from(data.buffer, 12)),
    ).toBe(0)
  })

  it("leaves the app's timers and the vault's other messages their turn while runs follow one another", async () => {
    const shipped = await ship()
    await using session = await vault.load(shipped.model, shipped.keys)
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    let isLoaded = false
    const loading = vault.load(shipped.model, shipped.keys).finally(() => {
      isLoaded = true
    })
    // A timer of this test's own wouldn't come either: it gives up after a number of runs.
    for (let runs = 0; runs < 200_000 && !(isLoaded && ticks > 20); runs++) await session.run({ x: numbers(1) })
    expect(isLoaded).toBe(true)
    expect(ticks).toBeGreaterThan(20)
    clearInterval(timer)
    await (await loading).close()
  })

  it("leaves the caller its arrays, at once", async () => {
    const shipped = await ship()
    await using session = await vault.load(shipped.model, shipped.keys)
    for (const length of [4, 2 ** 20]) {
      const data = new Float32Array(length).fill(1)
      const running = session.run({ x: tensor("float32", [length], data) })
      data.fill(2)
      const { y } = await running
      expect(y?.data.length).toBe(length)
      expect(new Set(y?.data as Float32Array)).toEqual(new Set([1]))
      expect(data.byteLength).toBe(4 * length)
    }
  })

  it("runs 20 at once and gives each its own", async () => {
    const shipped = await ship()
    await using session = await vault.load(shipped.model, shipped.keys)
    const runs = Array.from({ length: 20 }, (_, index) => session.run({ x: numbers(index, index * index) }))
    expect((await Promise.all(runs)).map(({ y }) => y)).toEqual(runs.map((_, index) => numbers(index, index * index)))
  })

  it("keeps outputs in the engine", async () => {
    const shipped = await ship()
    const [one, other] = await Promise.all([1, 2].map(() => vault.load(shipped.model, shipped.keys)))
    if (!one || !other) throw new Error()
    const { y: kept } = await one.run({ x: numbers(5) }, { outputs: ["y"], keep: ["y"] })
    if (!kept || !("kept" in kept)) throw new Error("not kept")
    expect((await one.run({ x: kept })).y?.data).toEqual(Float32Array.of(5))
    const invalid = expect.objectContaining({ code: "kept-invalid" })
    await expect(other.run({ x: kept })).rejects.toEqual(invalid)
    kept.close()
    kept.close()
    await expect(one.run({ x: kept })).rejects.toEqual(invalid)
  })

  it("refuses what isn't its input", async () => {
    const shipped = await ship()
    await using session = await vault.load(shipped.model, shipped.keys)
    const x = numbers(1)
    const coded = (code: string) => expect.objectContaining({ name: "StrongroomError", code })
    await expect(session.run({})).rejects.toEqual(coded("input-missing"))
    await expect(session.run({ x, z: x })).rejects.toEqual(coded("input-unknown"))
    await expect(session.run({ x: tensor("int8", [1], new Int8Array(1)) })).rejects.toEqual(coded("input-type"))
    await expect(session.run({ x: tensor("float32", [1, 1], new Float32Array(1)) })).rejects.toEqual(
      coded("input-shape"),
    )
    await expect(session.run({ x: { ...x, shape: [2] } })).rejects.toEqual(coded("input-length"))
    await expect(session.run({ x }, { outputs: ["z"] })).rejects.toEqual(coded("output-unknown"))
    await expect(session.run({ x: { ...x, data: [1] } as unknown as Tensor })).rejects.toBeInstanceOf(TypeError)
    await expect(session.run(null as never)).rejects.toBeInstanceOf(TypeError)
    expect((await session.run({ x })).y).toEqual(x)
  })

  it("is closed for good, and safe to close twice", async () => {
    const shipped = await ship()
    const session = await vault.load(shipped.model, shipped.keys)
    await Promise.all([session.close(), session.close()])
    await expect(session.run({ x: numbers(1) })).rejects.toEqual(expect.objectContaining({ code: "session-closed" }))
  })
})

describe("runs", () => {
  it("are aborted with the signal's reason, and the session goes on", async () => {
    const { vault, session } = await open({ milliseconds: [2 ** 30, 0] })
    const reason = new Error("enough")
    const controller = new AbortController()
    const run = session.run({ x: numbers(1) }, { signal: controller.signal })
    setTimeout(() => controller.abort(reason), 20)
    await expect(run).rejects.toBe(reason)
    await expect(session.run({ x: numbers(1) }, { signal: controller.signal })).rejects.toBe(reason)
    expect((await session.run({ x: numbers(2) })).y).toEqual(numbers(2))
    await vault.close()
  })

  it("that are aborted free what they were to keep", async () => {
    const { vault, session } = await open({ milliseconds: 50, cancels: false, parallelRuns: 1 })
    const controller = new AbortController()
    const run = session.run({ x: numbers(1) }, { keep: ["y"], signal: controller.signal })
    setTimeout(() => controller.abort(), 10)
    await expect(run).rejects.toMatchObject({ name: "AbortError" })
    expect((await session.run({ x: numbers(2) })).y).toEqual(numbers(2))
    await vault.close()
  })

  it("fail without the engine's own words, unless debug is on", async () => {
    const { vault, session } = await open({ running: "throw" })
    const error = await session.run({ x: numbers(1) }).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ name: "StrongroomError", code: "backend-failed" })
    expect((error as Error).message).not.toContain("the engine's own words")
    await vault.close()
  })
})
