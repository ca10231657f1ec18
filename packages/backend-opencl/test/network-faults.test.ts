import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { opencl } from "@strongroom/backend-opencl"
import { bytesSource, type InProcessSession, importOnnx, openInProcess } from "@strongroom/core"
import { driver, missingDriver } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { tensor } from "@strongroom/vault"
import { afterAll, afterEach, describe, expect, it } from "vitest"
import { model, node, value } from "../../core/test/import-messages.js"
import { libraryBetween } from "./library-between.js"
import { picture, tellingNetwork, tellingWord } from "./telling-network.js"

const why = missingDriver("pocl")
const folder = mkdtempSync(join(tmpdir(), "strongroom-test-"))
afterAll(() => rmSync(folder, { recursive: true }))

describe.skipIf(why)(`Networks whose device fails${why ? ` (not here: ${why})` : ""}`, () => {
  // PoCL takes memory when a kernel first uses it, and has as much as this says, in gigabytes.
  Object.assign(process.env, driver("pocl"), { POCL_MEMORY_LIMIT: "1" })
  const backend = opencl(why ? {} : { library: libraryBetween(folder, "losing") })
  const sessions: InProcessSession[] = []
  afterEach(async () => {
    Reflect.deleteProperty(process.env, "STRONGROOM_LOSE")
    for (const session of sessions.splice(0)) await session.close()
  })

  async function open(network: Parameters<Awaited<ReturnType<typeof createPublisher>>["ship"]>[0]) {
    const { bytes, keys } = await (await createPublisher()).ship(network)
    const session = await openInProcess(backend, bytesSource(bytes), keys)
    sessions.push(session)
    return session
  }

  const inputs = { [`${tellingWord}_image`]: tensor("float32", [1, 3, 8, 8], picture(8, 8)) }

  const losses = [
    ["clEnqueueNDRangeKernel", -2, "backend-failed"],
    ["clEnqueueNDRangeKernel", -36, "backend-failed"],
    ["clEnqueueNDRangeKernel", -5, "out-of-memory"],
    ["clEnqueueWriteBuffer", -2, "backend-failed"],
    ["clEnqueueReadBuffer", -2, "backend-failed"],
    ["clEnqueueReadBuffer", -5, "out-of-memory"],
    ["clFinish", -2, "backend-failed"],
  ] as const
  for (const [call, status, code] of losses) {
    it(`${call} that fails with ${status} in mid-run is ${code}, and a session goes on when it is over`, async () => {
      const session = await open(await tellingNetwork())
      const before = await session.run(inputs)
      process.env.STRONGROOM_LOSE = `${call}=${status}`
      const error = await session.run(inputs).then(
        () => undefined,
        (thrown) => thrown,
      )
      expect(error).toMatchObject({ code })
      expect(error.message).not.toMatch(/KERNEL|kernel k|telling/)
      Reflect.deleteProperty(process.env, "STRONGROOM_LOSE")
      expect(await session.run(inputs)).toEqual(before)
    })
  }

  it("a compiler that refuses is backend-failed, in words that quote nothing", async () => {
    const session = await open(await tellingNetwork())
    process.env.STRONGROOM_LOSE = "clBuildProgram=-11"
    const error = await session.run(inputs).then(
      () => undefined,
      (thrown) => thrown,
    )
    expect(error).toMatchObject({ code: "backend-failed" })
    expect(error.message).not.toMatch(/KERNEL|__global|telling/)
    Reflect.deleteProperty(process.env, "STRONGROOM_LOSE")
    expect(Object.values(await session.run(inputs))).toHaveLength(1)
  })

  it("more memory than a device's buffers have is out-of-memory, with the bytes that were asked for", async () => {
    const graph = [node("Expand", ["x", "shape"], ["y"]), value(11, "x", 1, [1]), value(11, "shape", 7, [1])]
    const session = await open(await importOnnx(bytesSource(model([...graph, value(12, "y", 1, ["n"])]))))
    const run = session.run({ x: tensor("float32", [1], [1]), shape: tensor("int64", [1], [2n ** 28n]) })
    await expect(run).rejects.toMatchObject({
      code: "out-of-memory",
      message: expect.stringMatching(/A buffer of 1073741888 bytes was asked for, .* have at most 268435456\./),
    })
  })
})
