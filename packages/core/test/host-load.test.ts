import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { noArtifacts } from "../src/artifact-store/artifacts-for.js"
import type { Artifacts, LoadContext, OpenModel } from "../src/backend.js"
import { StrongroomError } from "../src/errors.js"
import { loadSession } from "../src/host/load-session.js"
import { privateDirectory } from "../src/host/private-directory.js"
import { deferred, engineOf, loadScripted, modelOf, partOf, x, y } from "./host-fixture.js"

/** An engine that gives out what it is given. */
function catching(load: (model: OpenModel, context: LoadContext) => Promise<unknown> = async () => undefined) {
  let caught: OpenModel | undefined
  const engine = engineOf(
    {},
    {
      async load(model, context) {
        caught = model
        const answer = (await load(model, context)) as undefined
        return answer ?? { run: async () => ({}), close: async () => undefined }
      },
    },
  )
  return {
    engine,
    part(index = 0) {
      const part = caught?.parts[index]
      if (part === undefined) throw new Error("not loaded")
      return part
    },
  }
}

describe("loadSession", () => {
  it("refuses kinds and types that the engine doesn't have, before the engine sees the model", async () => {
    const load = vi.fn()
    const loaded = await loadScripted(engineOf({}, { load }))
    const other = { ...modelOf(), manifest: { ...modelOf().manifest, kind: "onnx" as const } }
    await expect(loadSession(loaded, other)).rejects.toMatchObject({ code: "kind-unsupported" })
    const halves = modelOf([{ ...x, type: "float16" }])
    await expect(loadSession(loaded, halves)).rejects.toMatchObject({ code: "model-declined" })
    expect(load).not.toHaveBeenCalled()
  })

  it("says what to do where a type isn't there and could be, and nothing of others", async () => {
    const { capabilities } = engineOf({})
    const installableTypes = { float16: "Run the setup." }
    const loaded = await loadScripted(engineOf({}, { capabilities: { ...capabilities, installableTypes } }))
    const refusal = (type: "float16" | "uint8") =>
      loadSession(loaded, modelOf([{ ...x, type }])).catch((error) => error)
    const end = "which this model takes or gives."
    expect(await refusal("float16")).toMatchObject({
      message: expect.stringMatching(`no float16 .* ${end} Run the setup.$`),
    })
    expect(await refusal("uint8")).toMatchObject({ code: "model-declined", message: expect.stringMatching(`${end}$`) })
  })

  it("says why an engine declines, and refuses one that doesn't say", async () => {
    const declining = async (declined: unknown) =>
      loadSession(await loadScripted(engineOf({}, { load: async () => ({ declined }) as never })), modelOf())
    await expect(declining("no operator Foo")).rejects.toMatchObject({
      code: "model-declined",
      message: expect.stringContaining("no operator Foo"),
    })
    await expect(declining(" ")).rejects.toMatchObject({ code: "backend-failed" })
    await expect(declining(undefined)).rejects.toMatchObject({ code: "backend-failed" })
    for (const answer of [undefined, {}, { run: 1, close: 1 }]) {
      const loaded = await loadScripted(engineOf({}, { load: async () => answer as never }))
      await expect(loadSession(loaded, modelOf())).rejects.toMatchObject({ code: "backend-failed" })
    }
  })

  it("withholds the engine's words unless debug is on, and passes this project's errors", async () => {
    const failing = async (thrown: unknown, debug: boolean) =>
      loadSession(
        await loadScripted(
          engineOf(
            {},
            {
              load: async () => {
                throw thrown
              },
            },
          ),
          { debug },
        ),
        modelOf(),
      ).then(
        () => expect.fail("loaded"),
        (error: StrongroomError) => error,
      )
    const secret = new Error("node secret_layer_7 in folder/weights.bin")
    const hidden = await failing(secret, false)
    expect(hidden).toMatchObject({ code: "backend-failed" })
    expect(`${hidden.message}${hidden.stack}`).not.toContain("secret_layer_7")
    expect(hidden).not.toHaveProperty("cause")
    expect(await failing(secret, true)).toMatchObject({
      message: expect.stringContaining("secret_layer_7"),
      cause: secret,
    })
    const own = new StrongroomError("segment-corrupt", "A segment is damaged.")
    expect(await failing(own, false)).toBe(own)
  })

  it("gives no artifacts by default, and those that it is given", async () => {
    const seen: Artifacts[] = []
    const { engine } = catching(async (_, { artifacts }) => void seen.push(artifacts))
    const loaded = await loadScripted(engine)
    await loadSession(loaded, modelOf())
    await seen[0]?.put("key", Uint8Array.of(1))
    expect(await seen[0]?.get("key")).toBeUndefined()
    const artifacts = { ...noArtifacts }
    await loadSession(loaded, modelOf(), { artifacts })
    expect(seen[1]).toBe(artifacts)
  })

  it("rejects at once when aborted, closes the session that comes later, and reports no more progress", async () => {
    const gate = deferred()
    const closed = deferred()
    const engine = engineOf(
      {},
      {
        async load(_, { progress, signal }) {
          progress(1, 2)
          await gate.promise
          expect(signal.aborted).toBe(true)
          progress(2, 2)
          return { run: async () => ({}), close: async () => closed.resolve() }
        },
      },
    )
    const onProgress = vi.fn()
    const controller = new AbortController()
    const loading = loadSession(await loadScripted(engine), modelOf(), { signal: controller.signal, onProgress })
    controller.abort(new Error("enough"))
    await expect(loading).rejects.toThrow("enough")
    gate.resolve()
    await closed.promise
    expect(onProgress.mock.calls).toEqual([[1, 2]])
  })

  it("doesn't begin when it is aborted already", async () => {
    const load = vi.fn()
    const loaded = await loadScripted(engineOf({}, { load }))
    await expect(loadSession(loaded, modelOf(), { signal: AbortSignal.abort("no") })).rejects.toBe("no")
    expect(load).not.toHaveBeenCalled()
  })
})

describe("the parts that an engine gets", () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, index) => index)
  const model = modelOf([x], [y], [partOf("folder/part.bin", bytes)])
  let folder = ""
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "strongroom-host-"))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it("are read whole, into memory, and in pieces", async () => {
    const { engine, part } = catching()
    await loadSession(await loadScripted(engine), model)
    expect((await part().bytes()).bytes).toEqual(bytes)
    const target = new Uint8Array(100)
    await part().into(target)
    expect(target).toEqual(bytes)
    const pieces: number[] = []
    for await (const piece of part().chunks()) pieces.push(...piece)
    expect(pieces).toEqual([...bytes])
    await expect(part().into(new Uint8Array(99))).rejects.toThrow(RangeError)
    await expect(part().bytes(AbortSignal.abort("no"))).rejects.toBe("no")
  })

  it("are written to an address where the host can, else refused", async () => {
    const { engine, part } = catching()
    await loadSession(await loadScripted(engine), model)
    await expect(part().into(4096n)).rejects.toThrow(TypeError)
    const memory = new Uint8Array(100)
    const memoryAt = vi.fn(() => memory)
    await loadSession(await loadScripted(engine, { memoryAt }), model)
    await part().into(4096n)
    expect(memoryAt).toHaveBeenCalledWith(4096n, 100)
    expect(memory).toEqual(bytes)
  })

  it("have no path without a directory", async () => {
    const { engine, part } = catching()
    await loadSession(await loadScripted(engine), model)
    await expect(part().path()).rejects.toThrow(TypeError)
  })

  it("become files of their owner's only, once, that go with the session", async () => {
    const { engine, part } = catching()
    const loaded = await loadScripted(engine, { directory: privateDirectory(folder) })
    const session = await loadSession(loaded, model)
    const path = await part().path()
    expect(path.endsWith(join("folder", "part.bin"))).toBe(true)
    expect(await part().path()).toBe(path)
    expect(new Uint8Array(readFileSync(path))).toEqual(bytes)
    if (process.platform !== "win32") {
      expect(statSync(path).mode & 0o777).toBe(0o600)
      expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700)
      expect(statSync(join(path, "..", "..")).mode & 0o777).toBe(0o700)
    }
    await session.close()
    expect(readdirSync(folder)).toEqual([])
  })

  it.each(["../escape", "/escape", "a/../../escape", ".", ""])("never become a file outside: %s", async (name) => {
    const { engine, part } = catching()
    const loaded = await loadScripted(engine, { directory: privateDirectory(join(folder)) })
    const session = await loadSession(loaded, modelOf([x], [y], [partOf(name, bytes)]))
    await expect(part().path()).rejects.toMatchObject({ code: "manifest-invalid" })
    await session.close()
    expect(readdirSync(folder)).toEqual([])
  })

  it("leave no half-written file, and can be tried again", async () => {
    const { engine, part } = catching()
    const loaded = await loadScripted(engine, { directory: privateDirectory(folder) })
    const good = partOf("part.bin", bytes)
    let fail = true
    const broken = {
      ...good,
      async *chunks() {
        yield bytes.subarray(0, 5)
        if (fail) throw new StrongroomError("segment-corrupt", "A segment is damaged.")
        yield bytes.subarray(5)
      },
    }
    await loadSession(loaded, modelOf([x], [y], [broken]))
    await expect(part().path()).rejects.toMatchObject({ code: "segment-corrupt" })
    fail = false
    expect(new Uint8Array(readFileSync(await part().path()))).toEqual(bytes)
  })

  it("are zeroed and refused once the session is closed", async () => {
    const { engine, part } = catching()
    const session = await loadSession(await loadScripted(engine), model)
    const first = await part().bytes()
    const second = await part().bytes()
    first.close()
    first.close()
    expect(first.bytes.every((byte) => byte === 0)).toBe(true)
    expect(second.bytes).toEqual(bytes)
    await session.close()
    expect(second.bytes.every((byte) => byte === 0)).toBe(true)
    await expect(part().bytes()).rejects.toMatchObject({ code: "session-closed" })
    await expect(part().into(new Uint8Array(100))).rejects.toMatchObject({ code: "session-closed" })
    await expect(part().chunks()[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "session-closed" })
  })

  it("are zeroed when loading fails", async () => {
    let plaintext: Uint8Array | undefined
    const { engine } = catching(async (opened) => {
      plaintext = (await opened.parts[0]?.bytes())?.bytes
      throw new Error("no")
    })
    await expect(loadSession(await loadScripted(engine), model)).rejects.toMatchObject({ code: "backend-failed" })
    expect(plaintext?.byteLength).toBe(100)
    expect(plaintext?.every((byte) => byte === 0)).toBe(true)
  })
})
