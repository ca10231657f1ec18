import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bytesSource, memoryStore, openInProcess, tensor } from "@strongroom/core"
import { privateDirectory } from "@strongroom/core/host"
import { type CompilingOptions, compiling, createPublisher, programWriter, testBackend } from "@strongroom/testkit"
import { describe, expect, it, onTestFinished } from "vitest"

describe.each<CompilingOptions["keeps"]>(["pieces", "folder"])("a backend that keeps %s", (keeps) => {
  testBackend({
    ...{ describe, it, writers: [programWriter], cases: { run: 65, skipped: 0 } },
    create: () => compiling({ keeps }),
  })

  it("compiles once under `memory` and `sealed`, and each time under `off` and `driver`", async () => {
    const path = await mkdtemp(join(tmpdir(), "strongroom-compiling-"))
    onTestFinished(() => rm(path, { recursive: true }))
    const model = await programWriter.write({
      inputs: [{ name: "x", type: "float32", shape: [1] }],
      outputs: [{ name: "y", type: "float32", shape: [1] }],
      weights: [{ name: "w", tensor: tensor("float32", [1], [3]) }],
      separateWeights: true,
      nodes: [{ operator: "add", inputs: ["x", "w"], output: "y" }],
    })
    const { bytes, keys } = await (await createPublisher()).ship(model)
    const compiled: unknown[] = []
    for (const cachePolicy of ["off", "driver", "memory", "sealed"] as const) {
      const options = { cachePolicy, artifactStore: memoryStore(), directory: privateDirectory(path) }
      for (let time = 0; time < 2; time++) {
        const session = await openInProcess(compiling({ keeps }), bytesSource(bytes), keys, options)
        expect(await session.run({ x: tensor("float32", [1], [4]) })).toEqual({ y: tensor("float32", [1], [7]) })
        const { evidence } = session.report().guarantees.find(({ id }) => id === "cache.policy") ?? {}
        compiled.push(Object(evidence)[0].compiled)
        await session.close()
      }
    }
    expect(compiled).toEqual([true, true, true, true, true, false, true, false])
    expect(await readdir(path)).toEqual([])
  })
})

it("a backend that keeps neither is a mistake", () => {
  expect(() => compiling({ keeps: "everything" as never })).toThrow(TypeError)
})
