import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { opencl } from "@strongroom/backend-opencl"
import { bytesSource, type InProcessSession, importOnnx, openInProcess } from "@strongroom/core"
import { driver, missingDriver } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { tensor } from "@strongroom/vault"
import { afterAll, afterEach, describe, expect, it } from "vitest"
import { bytes, int, model, node, value } from "../../core/test/import-messages.js"
import { libraryBetween } from "./library-between.js"

const why = missingDriver("pocl")
const folder = mkdtempSync(join(tmpdir(), "strongroom-test-"))
afterAll(() => rmSync(folder, { recursive: true }))

const [float32, int32, int64, float64] = [1, 6, 7, 11] as const
const [input, output] = [11, 12] as const
/** The attribute of a Cast. */
const to = (type: number) => bytes(5, bytes(1, "to"), int(3, type), int(20, 2))

describe.skipIf(why)(`A device without 64-bit floats${why ? ` (not here: ${why})` : ""}`, () => {
  Object.assign(process.env, driver("pocl"))
  const backend = opencl(why ? {} : { library: libraryBetween(folder, "no-double") })
  const sessions: InProcessSession[] = []
  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.close()
  })

  async function open(graph: Parameters<typeof model>[0]): Promise<InProcessSession> {
    const network = await importOnnx(bytesSource(model(graph)))
    const sealed = await (await createPublisher()).ship(network)
    const session = await openInProcess(backend, bytesSource(sealed.bytes), sealed.keys)
    sessions.push(session)
    return session
  }

  it("raises integers to integers, exactly", async () => {
    const graph = [node("Pow", ["x", "n"], ["y"]), value(input, "x", int64, [5]), value(input, "n", int64, [5])]
    const session = await open([...graph, value(output, "y", int64, [5])])
    const x = tensor("int64", [5], [3n, -3n, 2n, -1n, 2n])
    const n = tensor("int64", [5], [39n, 3n, 62n, -3n, -1n])
    const { y } = await session.run({ x, n })
    expect(y?.data).toEqual(BigInt64Array.of(3n ** 39n, -27n, 2n ** 62n, -1n, 0n))
  })

  it("raises small integers as numpy does, whose low bits are kept", async () => {
    const graph = [node("Pow", ["x", "n"], ["y"]), value(input, "x", int32, [2]), value(input, "n", int32, [2])]
    const session = await open([...graph, value(output, "y", int32, [2])])
    const { y } = await session.run({ x: tensor("int32", [2], [3, -7]), n: tensor("int32", [2], [40, 3]) })
    expect(y?.data).toEqual(Int32Array.of(Number(BigInt.asIntN(32, 3n ** 40n)), -343))
  })

  it("transforms by Fourier's sums in float32", async () => {
    const graph = [node("DFT", ["x"], ["y"]), value(input, "x", float32, [1, 4, 1])]
    const session = await open([...graph, value(output, "y", float32, [1, 4, 2])])
    const { y } = await session.run({ x: tensor("float32", [1, 4, 1], [1, 2, 3, 4]) })
    const parts = Array.from(y?.data as Float32Array, (part) => Math.round(part * 1e4) / 1e4)
    expect(parts).toEqual([10, 0, -2, 2, -2, 0, -2, -2])
  })

  it("declines what takes 64-bit floats, or computes with them", async () => {
    const takes = [node("Neg", ["x"], ["y"]), value(input, "x", float64, [3]), value(output, "y", float64, [3])]
    await expect(open(takes)).rejects.toMatchObject({ code: "model-declined" })
    const casts = [node("Cast", ["x"], ["wide"], to(float64)), node("Exp", ["wide"], ["e"])]
    const back = node("Cast", ["e"], ["y"], to(float32))
    const computes = [...casts, back, value(input, "x", float32, [3]), value(output, "y", float32, [3])]
    const message = expect.stringMatching(/64-bit floats/)
    await expect(open(computes)).rejects.toMatchObject({ code: "model-declined", message })
  })
})
