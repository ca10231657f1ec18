import type { Host, LoadContext, OpenModel } from "@strongroom/core/backend"
import { heapPlaintext } from "@strongroom/core/host"
import { missingTfjsNode, tfjsNodeFolder } from "@strongroom/test-machine"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { engineByName } from "../src/engines/index.js"
import { rehearse } from "../src/rehearsal.js"
import { rehearsedEngine } from "../src/rehearsed-engine.js"
import type { Runtime } from "../src/runtime.js"

const engines = [
  { engine: "wasm", missing: undefined },
  { engine: "tfjs-node", missing: missingTfjsNode() },
] as const

describe.each(engines)("a rehearsal on $engine", ({ engine, missing }) => {
  const lent: Uint8Array[] = []
  const host: Host = {
    ...{ cachePolicy: "off", directory: undefined, observe() {} },
    allocate(byteLength) {
      const plaintext = heapPlaintext(byteLength)
      lent.push(plaintext.bytes)
      return plaintext
    },
  }

  async function start(): Promise<Runtime> {
    const { find, start } = engineByName(engine)
    const found = find({ setupFolder: tfjsNodeFolder, vulkan: {}, isNamed: true })
    if ("missing" in found) throw new Error(found.missing)
    return start({ place: found.place, host, isNamed: true })
  }

  it.skipIf(missing)("runs to its end, and leaves neither tensors nor bytes", async () => {
    const runtime = await start()
    const { numTensors, numBytes } = runtime.tf.memory()
    const kernels = runtime.tf.getKernelsForBackend(runtime.backend).map((kernel) => vi.spyOn(kernel, "kernelFunc"))
    onTestFinished(() => void vi.restoreAllMocks())
    lent.length = 0
    await rehearse(runtime, host, new AbortController().signal)
    // 23 operators, four times.
    const calls = kernels.reduce((sum, { mock }) => sum + mock.calls.length, 0)
    expect(calls).toBeGreaterThanOrEqual(4 * 23)
    expect(runtime.tf.memory()).toMatchObject({ numTensors, numBytes })
    // Seven weights are stored as float16 and expanded, five are integers.
    expect(lent).toHaveLength(2 * 7 + 5)
    expect(lent.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true)
  })

  it.skipIf(missing)("doesn't begin when a model comes at once, and is over when the engine is closed", async () => {
    const runtime = await start()
    lent.length = 0
    const inner = {
      fingerprint: { engine: "", version: "", device: "", driver: "" },
      capabilities: { kinds: [], types: [], parallelRuns: 1, cancels: false, keepsOutputs: false },
      load: async () => ({ declined: "this test only asks" }),
      close: async () => {},
    }
    const loading = rehearsedEngine(inner, runtime, host)
    await loading.load({} as OpenModel, {} as LoadContext)
    await loading.close()
    expect(lent).toHaveLength(0)

    const closing = rehearsedEngine(inner, runtime, host)
    await new Promise(setImmediate)
    await closing.close()
    expect(lent.length).toBeGreaterThan(0)
    expect(lent.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true)
  })
})
