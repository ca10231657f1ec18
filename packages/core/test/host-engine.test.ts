import { describe, expect, it, vi } from "vitest"
import type { Backend, BundledBackend } from "../src/backend.js"
import { StrongroomError } from "../src/errors.js"
import { checkBackend, loadEngine } from "../src/host/load-engine.js"
import { loadSession } from "../src/host/load-session.js"
import { deferred, engineOf, loadScripted, modelOf, scripted } from "./host-fixture.js"

const sound = scripted(() => engineOf({}))

describe("loadEngine", () => {
  it("makes the engine of the backend's module, with defaults", async () => {
    const hosts: unknown[] = []
    const loaded = await loadEngine(
      scripted((host) => {
        hosts.push(host)
        return engineOf({})
      }),
    )
    expect(loaded.engine.fingerprint.engine).toBe("scripted")
    expect(hosts).toMatchObject([{ cachePolicy: "off", directory: undefined }])
  })

  it.each([0, 2, undefined])("refuses contract %s", async (contract) => {
    const backend = { ...sound, contract } as unknown as Backend
    await expect(loadEngine(backend)).rejects.toMatchObject({ code: "contract-version" })
  })

  it.each([
    "backend-x",
    "./module.js",
    "/module.js",
    "https://example.org/x.js",
    "data:text/javascript,1",
    "file://server/x.js",
    7,
  ])("refuses the module %s", async (module) => {
    await expect(loadEngine({ ...sound, module } as unknown as Backend)).rejects.toThrow(TypeError)
  })

  it("takes a module from where the page comes from, and only from there", async () => {
    vi.stubGlobal("location", new URL("https://example.org/page"))
    try {
      const there = loadEngine({ ...sound, module: "https://example.org/backend.js" })
      await expect(there).rejects.toMatchObject({ code: "backend-missing" })
      await expect(loadEngine({ ...sound, module: "https://other.example/backend.js" })).rejects.toThrow(TypeError)
      await expect(loadEngine({ ...sound, module: "data:text/javascript,1" })).rejects.toThrow(TypeError)
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it("takes a bundled backend's module from the app, and says so when it can't be had", async () => {
    const { module: _, ...rest } = sound
    const bundled = (load: unknown) => loadEngine({ ...rest, load } as BundledBackend)
    const loaded = await bundled(async () => ({ default: async () => engineOf({}) }))
    expect(loaded.engine.fingerprint.engine).toBe("scripted")
    await expect(bundled(() => Promise.reject(new Error("offline")))).rejects.toMatchObject({ code: "backend-missing" })
    await expect(bundled("module.js")).rejects.toThrow(TypeError)
    await expect(bundled(async () => ({}))).rejects.toMatchObject({ code: "backend-failed" })
    // What hosts another process, where no function goes, asks for a backend that names its module.
    expect(() => checkBackend({ ...rest, load: async () => ({}) } as unknown as Backend)).toThrow(TypeError)
  })

  it("says what to install when the module or the engine is missing, and keeps the cause", async () => {
    const gone = loadEngine({ ...sound, module: new URL("./no-such-module.js", import.meta.url).href })
    await expect(gone).rejects.toMatchObject({ code: "backend-missing", message: expect.stringContaining("Install") })
    await expect(gone).rejects.toHaveProperty("cause")
    const cause = new Error("libengine.so.1: cannot open shared object file")
    const unstartable = scripted(() => {
      throw cause
    })
    await expect(loadEngine(unstartable)).rejects.toMatchObject({ code: "backend-missing", cause })
    await expect(loadEngine(unstartable)).rejects.toThrow("libengine.so.1")
  })

  it("passes an error of this project that the backend throws", async () => {
    const error = new StrongroomError("out-of-memory", "There is no room on the device.")
    const backend = scripted(() => {
      throw error
    })
    await expect(loadEngine(backend)).rejects.toBe(error)
  })

  const base = engineOf({})
  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["no load", { ...base, load: undefined }],
    ["no fingerprint", { ...base, fingerprint: undefined }],
    ["a driver that is no string", { ...base, fingerprint: { ...base.fingerprint, driver: 1 } }],
    ["no capabilities", { ...base, capabilities: undefined }],
    ["no kinds", { ...base, capabilities: { ...base.capabilities, kinds: [] } }],
    ["a type that there isn't", { ...base, capabilities: { ...base.capabilities, types: ["float33"] } }],
    [
      "advice for a type that there isn't",
      { ...base, capabilities: { ...base.capabilities, installableTypes: { float33: "Wait." } } },
    ],
    ["advice that is no sentence", { ...base, capabilities: { ...base.capabilities, installableTypes: { int64: 1 } } }],
    ["0 parallel runs", { ...base, capabilities: { ...base.capabilities, parallelRuns: 0 } }],
    ["cancels that is no boolean", { ...base, capabilities: { ...base.capabilities, cancels: 1 } }],
  ])("refuses an engine with %s", async (_, engine) => {
    await expect(loadEngine(scripted(() => engine))).rejects.toMatchObject({ code: "backend-failed" })
  })

  it("refuses cache policies that don't work", async () => {
    await expect(loadEngine(sound, { cachePolicy: "everything" as never })).rejects.toThrow(TypeError)
  })

  it("closes an engine once, and zeroes what it left open", async () => {
    const close = vi.fn(async () => undefined)
    let bytes: Uint8Array | undefined
    const loaded = await loadEngine(
      scripted((host) => {
        bytes = host.allocate(3).bytes
        bytes.fill(7)
        return engineOf({}, { close })
      }),
    )
    await Promise.all([loaded.close(), loaded.close()])
    expect(close).toHaveBeenCalledOnce()
    expect([...(bytes ?? [])]).toEqual([0, 0, 0])
  })

  it("closes the engine also when a session can't be closed, and says so without the engine's words", async () => {
    const close = vi.fn(async () => undefined)
    const failing = async () => {
      throw new Error("secret_layer_7")
    }
    const loaded = await loadScripted(engineOf({ close: failing }, { close }))
    await loadSession(loaded, modelOf())
    const closing = loaded.close()
    await expect(closing).rejects.toMatchObject({ code: "backend-failed" })
    await expect(closing).rejects.not.toThrow("secret_layer_7")
    expect(close).toHaveBeenCalledOnce()
    const other = await loadScripted(engineOf({}, { close: failing }))
    await expect(other.close()).rejects.toMatchObject({ code: "backend-failed" })
  })

  it("waits with closing for a load that was given up", async () => {
    const gate = deferred()
    const events: string[] = []
    const loaded = await loadScripted(
      engineOf(
        {},
        {
          async load() {
            await gate.promise
            return { run: async () => ({}), close: async () => void events.push("session") }
          },
          close: async () => void events.push("engine"),
        },
      ),
    )
    const controller = new AbortController()
    const loading = loadSession(loaded, modelOf(), { signal: controller.signal })
    controller.abort("enough")
    await expect(loading).rejects.toBe("enough")
    const closing = loaded.close()
    gate.resolve()
    await closing
    expect(events).toEqual(["session", "engine"])
    expect(loaded.sessions.size).toBe(0)
  })

  it("gives out-of-memory where memory can't be had, and RangeError past 4 GiB", async () => {
    const loaded = await loadScripted(engineOf({}), {
      allocate() {
        throw new RangeError("Array buffer allocation failed")
      },
    })
    const { plaintextPool } = await import("../src/host/plaintext.js")
    const pool = plaintextPool(loaded.host.allocate)
    expect(() => pool.allocate(8)).toThrow(expect.objectContaining({ code: "out-of-memory" }))
    expect(() => pool.allocate(2 ** 32 + 1)).toThrow(RangeError)
    expect(() => pool.allocate(-1)).toThrow(RangeError)
  })
})
