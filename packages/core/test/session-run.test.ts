import { describe, expect, it, vi } from "vitest"
import type { EngineRun, RawTensor, TensorSpec } from "../src/backend.js"
import { loadSession } from "../src/host/load-session.js"
import { deferred, echo, engineOf, floats, hosted, loadScripted, modelOf, x, y } from "./host-fixture.js"

const pair = floats([1, 2], 1, 2)

describe("inputs", () => {
  const specs: TensorSpec[] = [
    x,
    { name: "flag", type: "bool", shape: [3] },
    { name: "text", type: "string", shape: [] },
  ]
  const good = {
    x: pair,
    flag: { type: "bool", shape: [3], data: Uint8Array.of(0, 1, 1) },
    text: { type: "string", shape: [], data: ["hello"] },
  } as const
  const session = () => hosted({ run: async () => ({}) }, { model: modelOf(specs, []) })

  it("pass when they are right, empty ones too", async () => {
    await (await session()).run(good)
    await (await session()).run({ ...good, x: floats([0, 2]) })
  })

  it.each<[string, string, object]>([
    ["another name", "input-unknown", { z: pair }],
    ["an inherited name", "input-unknown", { ["__proto__"]: pair }],
    ["a missing one", "input-missing", { x: undefined }],
    ["another type", "input-type", { x: { ...pair, type: "int64" } }],
    ["a type that there isn't", "input-type", { x: { ...pair, type: "float33" } }],
    ["another rank", "input-shape", { x: floats([2], 1, 2) }],
    ["another size", "input-shape", { x: floats([1, 3], 1, 2, 3) }],
    ["a negative size", "input-shape", { x: { ...pair, shape: [-1, 2] } }],
    ["a broken size", "input-shape", { x: { ...pair, shape: [0.5, 2] } }],
    ["a shape that is no array", "input-shape", { x: { ...pair, shape: "12" } }],
    ["a size too large", "input-shape", { x: { ...pair, shape: [2 ** 53, 2] } }],
    ["too few bytes", "input-length", { x: { ...pair, data: pair.data.slice(1) } }],
    ["too many bytes", "input-length", { x: { ...pair, data: new Uint8Array(9) } }],
    ["a bool of 2", "input-type", { flag: { ...good.flag, data: Uint8Array.of(0, 2, 1) } }],
    ["too many strings", "input-length", { text: { ...good.text, data: ["a", "b"] } }],
  ])("are refused with %s", async (_, code, change) => {
    const inputs: { [name: string]: RawTensor } = { ...good }
    for (const [name, value] of Object.entries(change)) Object.defineProperty(inputs, name, { value, enumerable: true })
    await expect((await session()).run(inputs)).rejects.toMatchObject({ code })
  })

  it.each<[string, object]>([
    ["no object", { x: 7 }],
    ["data that isn't bytes", { x: { ...pair, data: new Float32Array(2) } }],
    ["data that isn't strings", { text: { ...good.text, data: [7] } }],
  ])("are misused with %s", async (_, change) => {
    await expect((await session()).run({ ...good, ...change } as never)).rejects.toThrow(TypeError)
  })

  it("are copied before run returns, so that the caller's are free", async () => {
    const hold = deferred()
    const waiting = await hosted({
      async run(call) {
        await hold.promise
        return echo(call)
      },
    })
    const own = floats([1, 2], 1, 2)
    const running = waiting.run({ x: own })
    ;(own.data as Uint8Array).fill(255)
    hold.resolve()
    expect(await running).toEqual({ y: pair })
  })

  it("are lent where asked, until the engine has let go, also after an abort", async () => {
    const hold = deferred()
    let seen: RawTensor | undefined
    const waiting = await hosted({
      async run(call) {
        seen = call.inputs.x as RawTensor
        await hold.promise
        return echo(call)
      },
    })
    const controller = new AbortController()
    const lent = vi.fn()
    const own = floats([1, 2], 1, 2)
    const running = waiting.run({ x: own }, { signal: controller.signal, lent })
    const queuedLent = vi.fn()
    const queued = waiting.run({ x: own }, { signal: controller.signal, lent: queuedLent })
    controller.abort("enough")
    await expect(running).rejects.toBe("enough")
    await expect(queued).rejects.toBe("enough")
    expect(seen?.data).toBe(own.data)
    expect(lent).not.toHaveBeenCalled()
    expect(queuedLent).toHaveBeenCalledOnce()
    hold.resolve()
    await waiting.close()
    expect(lent).toHaveBeenCalledOnce()
    for (const refused of [waiting.run({}, { lent }), waiting.run({ x: own }, { lent })]) {
      await expect(refused).rejects.toMatchObject({ code: "session-closed" })
    }
    const open = await hosted({})
    await expect(open.run({}, { lent })).rejects.toMatchObject({ code: "input-missing" })
    expect(lent).toHaveBeenCalledTimes(4)
  })

  it("are copied even when lent if they don't begin at a multiple of the element's size", async () => {
    let seen: RawTensor | undefined
    const one = await hosted({
      async run(call) {
        seen = call.inputs.x as RawTensor
        return echo(call)
      },
    })
    const data = new Uint8Array(9).subarray(1)
    await one.run({ x: { type: "float32", shape: [1, 2], data } }, { lent: () => undefined })
    expect(seen?.data).toHaveProperty("byteOffset", 0)
  })
})

describe("outputs", () => {
  const outputs: TensorSpec[] = [y, { ...y, name: "z" }]
  const two = (run: (call: EngineRun) => Promise<unknown>, more = {}) =>
    hosted({ run: run as never }, { model: modelOf([x], outputs), ...more })

  it("are those asked for, once each, in the model's order", async () => {
    const asked: (readonly string[])[] = []
    const session = await two(async (call) => {
      asked.push(call.outputs)
      return Object.fromEntries(call.outputs.map((name) => [name, pair]))
    })
    expect(Object.keys(await session.run({ x: pair }))).toEqual(["y", "z"])
    expect(Object.keys(await session.run({ x: pair }, { outputs: ["z", "y", "z"] }))).toEqual(["y", "z"])
    expect(Object.keys(await session.run({ x: pair }, { outputs: ["z"] }))).toEqual(["z"])
    expect(Object.keys(await session.run({ x: pair }, { outputs: [] }))).toEqual([])
    expect(asked).toEqual([["y", "z"], ["y", "z"], ["z"], []])
    await expect(session.run({ x: pair }, { outputs: ["w"] })).rejects.toMatchObject({ code: "output-unknown" })
    await expect(session.run({ x: pair }, { keep: ["w"] })).rejects.toMatchObject({ code: "output-unknown" })
    await expect(session.run({ x: pair }, { outputs: ["y"], keep: ["z"] })).rejects.toMatchObject({
      code: "output-unknown",
    })
  })

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["one missing", { y: pair }],
    ["one more", { y: pair, z: pair, secret: pair }],
    ["another type", { y: pair, z: { ...pair, type: "int64" } }],
    ["another rank", { y: pair, z: { ...pair, shape: [2] } }],
    ["a broken shape", { y: pair, z: { ...pair, shape: [1, -2] } }],
    ["too few bytes", { y: pair, z: { ...pair, data: new Uint8Array(7) } }],
    ["typed arrays", { y: pair, z: { ...pair, data: new Float32Array(2) } }],
    ["null", { y: pair, z: null }],
    ["kept unasked", { y: pair, z: { kept: 1, close() {} } }],
  ])("are refused with %s, and the message names none", async (_, result) => {
    const session = await two(async () => result)
    const error = await session.run({ x: pair }).catch((thrown: unknown) => thrown as Error)
    expect(error).toMatchObject({ code: "backend-failed", message: expect.stringContaining("contract") })
    expect((error as Error).message).not.toContain("secret")
  })

  it("are copied out of the engine's memory, but not out of what it was given for them", async () => {
    const scratch = new Uint8Array(8)
    let allocated: Uint8Array | undefined
    const session = await two(async (call) => {
      allocated = call.allocate("float32", [1, 2])
      return { y: { ...pair, data: scratch }, z: { ...pair, data: allocated } }
    })
    const first = (await session.run({ x: pair })) as { [name: string]: RawTensor }
    scratch.fill(255)
    expect([...((first.y as RawTensor).data as Uint8Array)]).toEqual(new Array(8).fill(0))
    expect((first.z as RawTensor).data).toBe(allocated)
  })

  it("never share what they were given", async () => {
    const session = await two(async (call) => {
      const data = call.allocate("float32", [1, 2])
      return { y: { ...pair, data }, z: { ...pair, data } }
    })
    const { y: one, z: other } = (await session.run({ x: pair })) as { [name: string]: RawTensor }
    const [first, second] = [one, other].map((output) => output?.data as Uint8Array)
    expect(first?.buffer).not.toBe(second?.buffer)
  })

  it("are strings where the model says so", async () => {
    const spec: TensorSpec = { name: "text", type: "string", shape: ["n"] }
    const giving = (data: unknown) =>
      hosted(
        { run: async () => ({ text: { type: "string", shape: [2], data } }) as never },
        { model: modelOf([], [spec]) },
      )
    expect(await (await giving(["a", "b"])).run({})).toEqual({ text: { type: "string", shape: [2], data: ["a", "b"] } })
    await expect((await giving(["a"])).run({})).rejects.toMatchObject({ code: "backend-failed" })
    await expect((await giving([1, 2])).run({})).rejects.toMatchObject({ code: "backend-failed" })
  })

  it("come to an error when the engine throws, without its words", async () => {
    const session = await two(async () => {
      throw new Error("secret node")
    })
    await expect(session.run({ x: pair })).rejects.toMatchObject({ code: "backend-failed" })
    await expect(session.run({ x: pair })).rejects.not.toThrow("secret")
  })
})

describe("the queue", () => {
  /** A session whose runs wait to be let go, one by one. */
  async function gated(parallelRuns: number) {
    const gates: ReturnType<typeof deferred<void>>[] = []
    const engine = engineOf({
      async run(call) {
        const gate = deferred()
        gates.push(gate)
        await gate.promise
        return echo(call)
      },
    })
    const loaded = await loadScripted({ ...engine, capabilities: { ...engine.capabilities, parallelRuns } })
    return { session: await loadSession(loaded, modelOf()), gates, loaded }
  }
  const turn = () => new Promise((resolve) => setTimeout(resolve))

  it("starts as many runs as the engine takes, in order", async () => {
    const { session, gates } = await gated(2)
    const order: number[] = []
    const runs = [1, 2, 3].map((value) =>
      session.run({ x: floats([1, 2], value, 0) }).then(() => void order.push(value)),
    )
    expect(gates.length).toBe(2)
    gates[1]?.resolve()
    await turn()
    expect(gates.length).toBe(3)
    expect(order).toEqual([2])
    gates[0]?.resolve()
    gates[2]?.resolve()
    await Promise.all(runs)
    expect(order).toEqual([2, 1, 3])
  })

  it("goes on after a run that fails", async () => {
    const { session, gates } = await gated(1)
    const first = session.run({ x: pair })
    const second = session.run({ x: pair })
    gates[0]?.reject(new Error("no"))
    await expect(first).rejects.toMatchObject({ code: "backend-failed" })
    await turn()
    gates[1]?.resolve()
    expect(await second).toEqual({ y: pair })
  })

  it("never starts what is aborted while it waits, and keeps the place of what runs", async () => {
    const { session, gates } = await gated(1)
    const controller = new AbortController()
    const reason = new Error("enough")
    const running = session.run({ x: pair }, { signal: controller.signal })
    const waiting = session.run({ x: pair }, { signal: controller.signal })
    const last = session.run({ x: pair })
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
    await expect(waiting).rejects.toBe(reason)
    await turn()
    expect(gates.length).toBe(1)
    gates[0]?.resolve()
    await turn()
    expect(gates.length).toBe(2)
    gates[1]?.resolve()
    expect(await last).toEqual({ y: pair })
    await expect(session.run({ x: pair }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(gates.length).toBe(2)
  })

  it("closes after what runs, refuses what waits and what comes, and is safe twice", async () => {
    const { session, gates, loaded } = await gated(1)
    const running = session.run({ x: pair })
    const waiting = session.run({ x: pair })
    const closing = session.close()
    const again = session.close()
    await expect(waiting).rejects.toMatchObject({ code: "session-closed" })
    await expect(session.run({ x: pair })).rejects.toMatchObject({ code: "session-closed" })
    let closed = false
    closing.then(() => {
      closed = true
    })
    await turn()
    expect(closed).toBe(false)
    gates[0]?.resolve()
    expect(await running).toEqual({ y: pair })
    await closing
    await again
    expect(gates.length).toBe(1)
    expect(loaded.sessions.size).toBe(0)
  })
})

describe("kept outputs", () => {
  const state: TensorSpec = { name: "state", type: "float32", shape: [1, 2] }
  const model = modelOf([x, state], [y, { ...y, name: "next" }])
  const zero = floats([1, 2], 0, 0)

  /** An engine that keeps, and counts what it keeps. */
  function keeper() {
    const open = new Map<number, RawTensor>()
    let last = 0
    const engine = engineOf({
      async run(call) {
        const outputs = call.outputs.map((name) => {
          if (!call.keep.includes(name)) return [name, pair]
          const kept = ++last
          open.set(kept, pair)
          return [name, { kept, close: () => void open.delete(kept) }]
        })
        return Object.fromEntries(outputs)
      },
    })
    return { open, engine: { ...engine, capabilities: { ...engine.capabilities, keepsOutputs: true } } }
  }
  const kept = (value: unknown) => value as { readonly kept: number; close(): void }

  it.each([true, false])("go back in, whether the engine keeps them (%s) or the host does", async (keepsOutputs) => {
    const { engine } = keeper()
    const seen: unknown[] = []
    const recording = engineOf({
      async run(call) {
        seen.push(call.inputs.state)
        const [session] = [await engine.load({} as never, {} as never)]
        if ("declined" in session) throw new Error("declined")
        return session.run(call)
      },
    })
    const capabilities = { ...recording.capabilities, keepsOutputs }
    const session = await loadSession(await loadScripted({ ...recording, capabilities }), model)
    const first = await session.run({ x: pair, state: zero }, { keep: ["next"] })
    expect(first.y).toEqual(pair)
    const next = kept(first.next)
    expect(Number.isSafeInteger(next.kept)).toBe(true)
    await session.run({ x: pair, state: next })
    await session.run({ x: pair, state: { kept: next.kept } })
    expect(seen[1]).toMatchObject(keepsOutputs ? { kept: 1 } : pair)
    expect(seen[2]).toBe(seen[1])
  })

  it("are closed by close, by number, and with the session", async () => {
    const { open, engine } = keeper()
    const session = await loadSession(await loadScripted(engine), model)
    const results = []
    for (let index = 0; index < 3; index++)
      results.push(await session.run({ x: pair, state: zero }, { keep: ["next"] }))
    const [first, second] = results.map((result) => kept(result.next))
    expect(open.size).toBe(3)
    first?.close()
    first?.close()
    expect(open.size).toBe(2)
    session.release(second?.kept ?? 0)
    session.release(second?.kept ?? 0)
    expect(open.size).toBe(1)
    const closedOne = session.run({ x: pair, state: first as never })
    await expect(closedOne).rejects.toMatchObject({ code: "kept-invalid" })
    await session.close()
    expect(open.size).toBe(0)
  })

  it("are of one session only", async () => {
    const one = await loadSession(await loadScripted(keeper().engine), model)
    const other = await loadSession(await loadScripted(keeper().engine), model)
    const { next } = await one.run({ x: pair, state: zero }, { keep: ["next"] })
    await expect(other.run({ x: pair, state: kept(next) })).rejects.toMatchObject({ code: "kept-invalid" })
  })

  it("stay until the run that uses them has ended", async () => {
    const gate = deferred()
    const close = vi.fn()
    const engine = engineOf({
      async run(call) {
        if (call.keep.length > 0) return { y: pair, next: { kept: 1, close } }
        await gate.promise
        return { y: pair, next: pair }
      },
    })
    const loaded = await loadScripted({ ...engine, capabilities: { ...engine.capabilities, keepsOutputs: true } })
    const session = await loadSession(loaded, model)
    const next = kept((await session.run({ x: pair, state: zero }, { keep: ["next"] })).next)
    const running = session.run({ x: pair, state: next })
    next.close()
    expect(close).not.toHaveBeenCalled()
    gate.resolve()
    await running
    await session.close()
    expect(close).toHaveBeenCalledOnce()
  })

  it("are freed when nobody gets them: aborted, or beside a bad output", async () => {
    const { open, engine } = keeper()
    const session = await loadSession(await loadScripted(engine), model)
    const controller = new AbortController()
    const running = session.run({ x: pair, state: zero }, { keep: ["next"], signal: controller.signal })
    controller.abort("enough")
    await expect(running).rejects.toBe("enough")
    await session.close()
    expect(open.size).toBe(0)
    const close = vi.fn()
    const bad = engineOf({ run: async () => ({ next: { kept: 1, close }, y: { ...pair, type: "int64" } }) as never })
    const loaded = await loadScripted({ ...bad, capabilities: { ...bad.capabilities, keepsOutputs: true } })
    const failing = await loadSession(loaded, model)
    const failed = failing.run({ x: pair, state: zero }, { keep: ["next"] })
    await expect(failed).rejects.toMatchObject({ code: "backend-failed" })
    expect(close).toHaveBeenCalledOnce()
  })

  it("don't stop the session when the engine can't close them", async () => {
    const close = () => {
      throw new Error("no")
    }
    const engine = engineOf({
      run: async (call) => (call.keep.length > 0 ? { y: pair, next: { kept: 1, close } } : { y: pair, next: pair }),
    })
    const loaded = await loadScripted({ ...engine, capabilities: { ...engine.capabilities, keepsOutputs: true } })
    const session = await loadSession(loaded, model)
    const next = kept((await session.run({ x: pair, state: zero }, { keep: ["next"] })).next)
    const running = session.run({ x: pair, state: next })
    next.close()
    expect(await running).toEqual({ y: pair, next: pair })
    await session.run({ x: pair, state: zero }, { keep: ["next"] })
    await session.close()
  })

  it("that the host keeps must have the input's sizes", async () => {
    const session = await hosted(
      { run: async (call) => ({ y: call.inputs.x as RawTensor }) },
      { model: modelOf([x, state], [y]) },
    )
    const result = await session.run({ x: floats([2, 2], 1, 2, 3, 4), state: zero }, { keep: ["y"] })
    const rerun = session.run({ x: pair, state: kept(result.y) })
    await expect(rerun).rejects.toMatchObject({ code: "input-shape" })
    await session.run({ x: kept(result.y), state: zero })
  })

  it("must fit the input", async () => {
    const wide = modelOf([x, { ...state, type: "int64" }, { ...state, name: "flat", shape: [2] }], [y])
    const loaded = await loadScripted(keeper().engine)
    const session = await loadSession(loaded, wide)
    const flat = floats([2], 0, 0)
    const numbers: RawTensor = { type: "int64", shape: [1, 2], data: new Uint8Array(16) }
    const result = await session.run({ x: pair, state: numbers, flat }, { keep: ["y"] })
    const given = kept(result.y)
    await expect(session.run({ x: pair, state: given, flat })).rejects.toMatchObject({ code: "input-type" })
    await expect(session.run({ x: pair, state: numbers, flat: given })).rejects.toMatchObject({ code: "input-shape" })
  })
})
