import { beforeAll, describe, expect, it, vi } from "vitest"
import type { Json } from "../src/backend.js"
import {
  bytesSource,
  createGrant,
  generateIdentity,
  generatePublisherKeys,
  type Keys,
  memorySink,
  memoryStore,
  type Policy,
  sealModel,
  tensor,
} from "../src/index.js"
import { nodeCryptography } from "../src/node/cryptography.js"
import { type InProcessOptions, openInProcess } from "../src/open-in-process.js"
import { deferred, echo, engineOf, scripted, x, y } from "./host-fixture.js"

interface Shipped {
  readonly bytes: Uint8Array
  readonly keys: Keys
}

async function ship(policy?: Policy): Promise<Shipped> {
  const publisher = await generatePublisherKeys()
  const { identity, recipient } = await generateIdentity()
  const sink = memorySink()
  const { contentKey } = await sealModel(
    {
      kind: "file",
      inputs: [x],
      outputs: [y],
      parts: [{ role: "file", name: "secret-part.bin", source: bytesSource(Uint8Array.of(1, 2, 3)) }],
    },
    { publisher: publisher.privateKey, sink, ...(policy && { policy }) },
  )
  const bytes = sink.bytes()
  const grant = await createGrant({ model: bytes, contentKey, signingKey: publisher.privateKey, recipient })
  return { bytes, keys: { grant, identity, trust: [publisher.publicKey] } }
}

const backend = scripted(() => engineOf({}))
const pair = tensor("float32", [1, 2], [1, 2])
const halves = { ...engineOf({}).capabilities, types: ["float16" as const] }

describe("openInProcess", () => {
  let shipped: Shipped
  beforeAll(async () => {
    shipped = await ship()
  })
  const open = (from = backend, options?: InProcessOptions) =>
    openInProcess(from, bytesSource(shipped.bytes), shipped.keys, options)

  it("runs a sealed model on typed tensors", async () => {
    const seen: number[] = []
    const reading = engineOf(
      {},
      {
        async load(model, { progress }) {
          const plaintext = await model.parts[0]?.bytes()
          seen.push(...(plaintext?.bytes ?? []))
          plaintext?.close()
          progress(3, 3)
          return { run: echo, close: async () => undefined }
        },
      },
    )
    const onProgress = vi.fn()
    const session = await open(
      scripted(() => reading),
      { onProgress, cryptography: nodeCryptography },
    )
    expect(session.inputs).toEqual([x])
    expect(session.outputs).toEqual([y])
    expect(await session.run({ x: pair })).toEqual({ y: pair })
    expect(seen).toEqual([1, 2, 3])
    expect(onProgress.mock.calls).toEqual([[3, 3]])
    await session.close()
    await session.close()
    await expect(session.run({ x: pair })).rejects.toMatchObject({ code: "session-closed" })
  })

  it("keeps outputs and takes them back", async () => {
    const session = await open()
    const { y: kept } = await session.run({ x: pair }, { keep: ["y"] })
    if (kept === undefined || !("kept" in kept)) throw new Error("not kept")
    expect(await session.run({ x: kept })).toEqual({ y: pair })
    kept.close()
    await expect(session.run({ x: kept })).rejects.toMatchObject({ code: "kept-invalid" })
    await session.close()
  })

  it("refuses tensors that are none, and none at all", async () => {
    const session = await open()
    await expect(session.run({ x: [1, 2] as never })).rejects.toThrow(TypeError)
    await expect(session.run(undefined as never)).rejects.toThrow(TypeError)
    await expect(session.run({ x: tensor("int32", [1, 2], [1, 2]) })).rejects.toMatchObject({ code: "input-type" })
    await session.close()
  })

  it("reports, with the evidence that the engine gave", async () => {
    const observing = scripted((host) => {
      host.observe("network.none", "looked")
      return engineOf({})
    })
    const session = await open(observing)
    const { backend: named, guarantees } = session.report()
    expect(named).toMatchObject({ name: "scripted", engine: "scripted" })
    expect(guarantees.find(({ id }) => id === "network.none")).toMatchObject({
      state: "unavailable",
      evidence: ["looked"],
    })
    await session.close()
  })

  it("keeps artifacts in the store under `memory`, and nowhere by default", async () => {
    const found: Json[] = []
    const compiling = scripted(() =>
      engineOf(
        {},
        {
          async load(_, { artifacts }) {
            const artifact = await artifacts.get("program")
            found.push(artifact === undefined ? null : [...artifact.bytes])
            await artifacts.put("program", Uint8Array.of(7))
            return { run: echo, close: async () => undefined }
          },
        },
      ),
    )
    const artifactStore = memoryStore()
    for (const cachePolicy of ["off", "memory", "memory", "off"] as const) {
      await (await open(compiling, { cachePolicy, artifactStore })).close()
    }
    expect(found).toEqual([null, null, [7], null])
  })

  it.each<[string, () => Promise<unknown>, object]>([
    ["a policy that demands a vault", async () => openWith({ vault: true }), { code: "policy-vault" }],
    ["a policy of other backends", async () => openWith({ backends: ["other"] }), { code: "policy-backend" }],
    ["a policy of other cache policies", async () => openWith({ cache: ["memory"] }), { code: "policy-cache" }],
    [
      "a guarantee that isn't there",
      async () => openWith({ guarantees: ["network.none"] }),
      { code: "policy-guarantee" },
    ],
    ["a backend of another contract", () => open({ ...backend, contract: 2 as never }), { code: "contract-version" }],
    ["a kind that the engine doesn't run", () => open(otherKind()), { code: "kind-unsupported" }],
    [
      "types that it doesn't have",
      () => open(scripted(() => engineOf({}, { capabilities: halves }))),
      { code: "model-declined" },
    ],
    ["an engine that doesn't start", () => open(scripted(() => undefined)), { code: "backend-failed" }],
    [
      "a signal that has aborted",
      () => open(backend, { signal: AbortSignal.abort({ code: "enough" }) }),
      { code: "enough" },
    ],
  ])("refuses %s", async (_, opening, error) => {
    await expect(opening()).rejects.toMatchObject(error)
  })

  const otherKind = () => scripted(() => engineOf({}, { capabilities: { ...halves, kinds: ["onnx"] } }))
  async function openWith(policy: Policy) {
    const { bytes, keys } = await ship(policy)
    return openInProcess(backend, bytesSource(bytes), keys)
  }

  it("opens a model whose policy this place meets", async () => {
    const { bytes, keys } = await ship({ cache: ["off"], backends: ["scripted"], guarantees: ["model.authentic"] })
    await (await openInProcess(backend, bytesSource(bytes), keys)).close()
  })

  it("closes the source and the engine, whatever happens", async () => {
    const watched = () => {
      const source = bytesSource(shipped.bytes)
      return { ...source, close: vi.fn(source.close) }
    }
    const close = vi.fn(async () => undefined)
    const good = scripted(() => engineOf({}, { close }))
    const first = watched()
    await (await openInProcess(good, first, shipped.keys)).close()
    expect(first.close).toHaveBeenCalled()
    expect(close).toHaveBeenCalledOnce()
    const second = watched()
    const declining = scripted(() => engineOf({}, { close, load: async () => ({ declined: "no operator Foo" }) }))
    await expect(openInProcess(declining, second, shipped.keys)).rejects.toMatchObject({ code: "model-declined" })
    expect(second.close).toHaveBeenCalled()
    expect(close).toHaveBeenCalledTimes(2)
    const third = watched()
    await expect(openInProcess({ ...good, module: "x" }, third, shipped.keys)).rejects.toThrow(TypeError)
    expect(third.close).toHaveBeenCalled()
  })

  it("rejects an aborted load at once, and closes everything when the engine has stopped", async () => {
    const controller = new AbortController()
    const gate = deferred()
    const events: string[] = []
    const slow = engineOf(
      {},
      {
        async load() {
          controller.abort("enough")
          await gate.promise
          return { run: echo, close: async () => void events.push("session") }
        },
        close: async () => void events.push("engine"),
      },
    )
    const source = bytesSource(shipped.bytes)
    const closed = deferred()
    const watched = { ...source, close: async () => closed.resolve() }
    const opening = openInProcess(
      scripted(() => slow),
      watched,
      shipped.keys,
      { signal: controller.signal },
    )
    await expect(opening).rejects.toBe("enough")
    expect(events).toEqual([])
    gate.resolve()
    await closed.promise
    expect(events).toEqual(["session", "engine"])
  })

  it("refuses the cache policy that isn't there yet", async () => {
    await expect(open(backend, { cachePolicy: "sealed" })).rejects.toThrow(RangeError)
  })
})
