import { createContext, platforms } from "@strongroom/opencl/objects"
import { driver, missingDriver } from "@strongroom/test-machine"
import { memoryPart } from "@strongroom/testkit"
import { describe, expect, it } from "vitest"
import { adder, bytes, externalTensor } from "../../core/test/import-messages.js"
import { loadDirectly, runDirectly } from "./direct-load.js"

const why = missingDriver("pocl")

describe.skipIf(why)(`Weights in other parts${why ? ` (not here: ${why})` : ""}`, () => {
  Object.assign(process.env, driver("pocl"))
  const device = () => createContext(platforms()[0]?.devices()[0] as Parameters<typeof createContext>[0])
  const weights = memoryPart("weights", "w.bin", new Uint8Array(Float32Array.of(9, 9, 1, 2, 3, 4).buffer))
  const load = (place: { location: string; offset?: number; length?: number }) =>
    loadDirectly(device(), adder(bytes(5, externalTensor("w", place))), [weights])

  it("are read where they are", async () => {
    const session = await load({ location: "w.bin", offset: 8, length: 16 })
    if ("declined" in session) throw new Error(session.declined)
    const x = { type: "float32", shape: [1, 4], data: new Uint8Array(16) } as const
    const { y } = await runDirectly(session, { x }, ["y"])
    expect(y).toMatchObject({ shape: [1, 4], data: new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer) })
    await session.close()
  })

  it("are refused beside them: beyond the end, of a file that isn't there, or of another's", async () => {
    for (const place of [
      { location: "w.bin", offset: 12, length: 16 },
      { location: "w.bin", offset: 2 ** 52, length: 16 },
      { location: "other.bin", offset: 0, length: 16 },
      { location: "model.onnx", offset: 2 ** 20, length: 16 },
    ]) {
      await expect(load(place)).rejects.toMatchObject({ code: "backend-failed" })
    }
  })
})
