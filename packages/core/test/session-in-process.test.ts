import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeAll, describe, expect, it, vi } from "vitest"
import type { Json } from "../src/backend.js"
import { privateDirectory } from "../src/host/private-directory.js"
import {
  bytesSource,
  type Cryptography,
  createGrant,
  generateIdentity,
  generatePublisherKeys,
  type Keys,
  memorySink,
  memoryStore,
  type Policy,
  type PublisherKeys,
  portableCryptography,
  sealModel,
  tensor,
} from "../src/index.js"
import { brotli } from "../src/node/brotli.js"
import { nodeCryptography } from "../src/node/cryptography.js"
import { type InProcessOptions, openInProcess } from "../src/open-in-process.js"
import { deferred, echo, engineOf, scripted, x, y } from "./host-fixture.js"

interface Shipped {
  readonly bytes: Uint8Array
  readonly keys: Keys
  readonly contentKey: Uint8Array
  readonly publisher: PublisherKeys
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
  return { bytes, contentKey, publisher, keys: { grant, identity, trust: [publisher.publicKey] } }
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

  describe("under `sealed`", () => {
    const program = new Uint8Array(4096).map((_, i) => (i * i) >>> 3)
    /** Puts `program` where it finds nothing, and a folder. */
    const compiling = (found: Json[], driver = "none") =>
      scripted((host) =>
        engineOf(
          {},
          {
            fingerprint: { engine: "scripted", version: "1", device: "cpu", driver },
            async load(_, { artifacts }) {
              const artifact = await artifacts.get("program")
              const folder = join(host.directory ?? "", "cache")
              const restored = await artifacts.restoreDirectory("cache", folder)
              const whole = artifact && Buffer.compare(artifact.bytes, program) === 0
              const contents = restored && readFileSync(join(folder, "kernels/0.so"), "utf8")
              found.push(artifact || restored ? { whole: whole ?? false, contents } : null)
              artifact?.close()
              if (!artifact) await artifacts.put("program", program)
              if (!restored) {
                mkdirSync(join(folder, "kernels"), { recursive: true })
                writeFileSync(join(folder, "kernels/0.so"), "compiled")
                await artifacts.saveDirectory("cache", folder)
              }
              rmSync(folder, { recursive: true })
              return { run: echo, close: async () => undefined }
            },
          },
        ),
      )
    const sealed = async (found: Json[], options: InProcessOptions & { driver?: string; from?: Shipped } = {}) => {
      const { driver, from = shipped, ...more } = options
      const path = mkdtempSync(join(tmpdir(), "strongroom-in-process-"))
      try {
        const session = await openInProcess(compiling(found, driver), bytesSource(from.bytes), from.keys, {
          cachePolicy: "sealed",
          directory: privateDirectory(path),
          ...more,
        })
        const evidence = session.report().guarantees.find(({ id }) => id === "cache.policy")?.evidence
        await session.close()
        return Object(evidence)[0].artifacts
      } finally {
        rmSync(path, { recursive: true })
      }
    }
    const hit = { whole: true, contents: "compiled" }

    it.each([undefined, brotli])("keeps ciphertext, by other names, for this recipient alone", async (compression) => {
      const artifactStore = memoryStore()
      const found: Json[] = []
      const options = { artifactStore, ...(compression && { compression }) }
      expect(await sealed(found, options)).toMatchObject({ hits: 0, misses: 2, written: 2, failures: 0 })
      const again = await sealed(found, { ...options, cryptography: nodeCryptography })
      expect(again).toMatchObject({ hits: 2, misses: 0, written: 0, failures: 0 })
      expect(found).toEqual([null, hit])
      const entries = await artifactStore.list()
      expect(entries).toHaveLength(2)
      for (const { key } of entries) {
        const entry = Buffer.from((await artifactStore.get(key)) as Uint8Array)
        expect(entry.includes(Buffer.from(program.subarray(1000, 1016)))).toBe(false)
        expect(entry.includes("compiled")).toBe(false)
      }
      expect(again.bytesRead).toBe(entries.reduce((sum, { byteLength }) => sum + byteLength, 0))
      // Another licensee of the same model: the same content key, another recipient secret.
      const other = await grantAgain()
      expect(await sealed(found, { ...options, from: other })).toMatchObject({ hits: 0, misses: 2, written: 2 })
      // Another driver, and then the first again.
      expect(await sealed(found, { ...options, driver: "2" })).toMatchObject({ hits: 0, misses: 2, written: 2 })
      expect(await sealed(found, options)).toMatchObject({ hits: 2, misses: 0 })
      expect(found).toEqual([null, hit, null, null, hit])
      expect(await artifactStore.list()).toHaveLength(6)
    })

    it("uses nothing that was changed or put in another's place, and compiles again", async () => {
      const artifactStore = memoryStore()
      const found: Json[] = []
      await sealed(found, { artifactStore })
      const [one, two] = (await artifactStore.list()).map(({ key }) => key) as [string, string]
      const entryOne = (await artifactStore.get(one)) as Uint8Array
      const entryTwo = (await artifactStore.get(two)) as Uint8Array
      const flipped = entryOne.slice()
      flipped[100] = (flipped[100] as number) ^ 1
      for (const [name, planted, ignored] of [
        ["changed", flipped, { authenticity: 1 }],
        ["another's", entryTwo, { authenticity: 1 }],
        ["cut", entryOne.subarray(0, 50), { format: 1 }],
        [
          "of a later version",
          Uint8Array.of(...entryOne.subarray(0, 7), 0x32, ...entryOne.subarray(8)),
          { version: 1 },
        ],
        ["empty", new Uint8Array(0), { format: 1 }],
      ] as const) {
        await artifactStore.put(one, planted)
        const evidence = await sealed(found, { artifactStore })
        expect([name, evidence]).toMatchObject([name, { hits: 1, misses: 0, written: 1, ignored, failures: 0 }])
        expect(await sealed(found, { artifactStore })).toMatchObject({
          hits: 2,
          ignored: { authenticity: 0, format: 0 },
        })
        expect(found.at(-1)).toEqual(hit)
      }
      // The control: the entry itself, put back, is used.
      await artifactStore.put(one, entryOne)
      expect(await sealed(found, { artifactStore })).toMatchObject({ hits: 2 })
    })

    it("loads without a store that works", async () => {
      const fails = async () => {
        throw new Error("no store today")
      }
      const artifactStore = { get: fails, put: fails, delete: fails, list: fails }
      const found: Json[] = []
      expect(await sealed(found, { artifactStore })).toMatchObject({ hits: 0, written: 0, failures: 4 })
      expect(found).toEqual([null])
    })

    it("needs a store, and a grant with a recipient secret", async () => {
      await expect(sealed([])).rejects.toThrow(TypeError)
      // What a publisher's other tool might make: this project's draws one.
      const zeros = { ...portableCryptography, randomBytes: (length: number) => new Uint8Array(length) }
      const without = await grantAgain(zeros)
      const artifactStore = memoryStore()
      await expect(sealed([], { from: without, artifactStore })).rejects.toMatchObject({ code: "grant-invalid" })
      // The control: under another policy it is a grant.
      await (await openInProcess(backend, bytesSource(without.bytes), without.keys)).close()
    })

    async function grantAgain(cryptography?: Cryptography): Promise<Shipped> {
      const { identity, recipient } = await generateIdentity()
      const { bytes, contentKey, publisher } = shipped
      const grant = await createGrant({
        model: bytes,
        contentKey,
        signingKey: publisher.privateKey,
        recipient,
        ...(cryptography && { cryptography }),
      })
      return { ...shipped, keys: { ...shipped.keys, grant, identity } }
    }
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
})
