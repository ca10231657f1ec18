import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { importOnnx } from "@strongroom/core"
import { fileSource } from "@strongroom/core/node"
import { describe, expect, it } from "vitest"
import { readOnnxModel } from "../../src/onnx/read-model.js"
import { describeModel, digest } from "./describe-model.js"
import { packagedModels } from "./packaged-models.js"

describe.each(packagedModels)("%s", (path) => {
  it("has the inputs and outputs that it is sealed with", async () => {
    const { graph } = readOnnxModel(readFileSync(path))
    await using imported = await importOnnx(fileSource(path))
    const specs = (values: typeof graph.inputs) =>
      values
        .filter(({ name }) => !graph.initializers.has(name))
        .map(({ name, type, shape }) => ({ name, type, shape: shape?.map((size) => size ?? expect.any(String)) }))
    expect(imported.inputs).toEqual(specs(graph.inputs))
    expect(imported.outputs).toEqual(specs(graph.outputs))
  })
})

// Both are there in the full form: npm run test:full.
const data = process.env.STRONGROOM_ONNX_DATA
const python: string | undefined = JSON.parse(process.env.STRONGROOM_RUNTIMES ?? "{}").tensorflow
const why = data && python ? undefined : "npm run test:full"

it.skipIf(why)(
  `every model of ONNX's wheel is read as onnx's own Python reads it${why ? ` (not here: ${why})` : ""}`,
  () => {
    const all = readdirSync(data as string, { recursive: true, encoding: "utf8" })
    const paths = all.filter((path) => path.endsWith(".onnx")).map((path) => join(data as string, path))
    expect(paths.length).toBe(1431)
    paths.push(...packagedModels)
    const program = new URL("../programs/describe_onnx.py", import.meta.url).pathname
    const theirs = execFileSync(python as string, [program], { input: paths.join("\n"), encoding: "utf8" })
      .trim()
      .split("\n")
    const ours = paths.map((path) => digest(describeModel(readOnnxModel(readFileSync(path)))))
    expect(paths.filter((_, index) => ours[index] !== theirs[index])).toEqual([])
    expect(theirs).toHaveLength(paths.length)
  },
  120_000,
)
