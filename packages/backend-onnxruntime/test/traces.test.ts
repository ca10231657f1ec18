import { execFile } from "node:child_process"
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { bytesSource, importOnnx } from "@strongroom/core"
import { createPublisher } from "@strongroom/testkit"
import { expect, it } from "vitest"
import { onnxModel } from "./onnx-writer.js"

const publisher = await createPublisher()

/** Opens the model named on the command line in its own process, lets one run fail and one succeed. */
const script = `
  const { readFile } = await import("node:fs/promises")
  const [core, backend, folder] = process.argv.slice(1)
  const { bytesSource, openInProcess, tensor } = await import(core)
  const { onnxruntime } = await import(backend)
  const { identity, trust } = JSON.parse(await readFile(folder + "/keys.json", "utf8"))
  const grant = new Uint8Array(await readFile(folder + "/model.grant"))
  const sealed = new Uint8Array(await readFile(folder + "/model.sealed"))
  const session = await openInProcess(onnxruntime(), bytesSource(sealed), { grant, identity, trust })
  const run = (index) => session.run({ x: tensor("float32", [1], [1]), index: tensor("int64", [1], [index]) })
  if (await run(9n).then(() => true, () => false)) throw new Error("the run should have failed")
  if ((await run(0n)).y.data[0] !== 1) throw new Error("the run should have succeeded")
  await session.close()
  // Where CUDA isn't installed, ONNX Runtime's own logger would say so.
  const elsewhere = onnxruntime({ executionProviders: ["cuda"] })
  await openInProcess(elsewhere, bytesSource(sealed), { grant, identity, trust }).then((other) => other.close(), () => {})
`

it("ONNX Runtime prints nothing and writes no file: no telemetry, no logs", async () => {
  const model = onnxModel({
    nodes: [{ op: "Gather", inputs: ["x", "index"], outputs: ["y"] }],
    inputs: [
      { name: "x", type: "float32", shape: ["n"] },
      { name: "index", type: "int64", shape: [1] },
    ],
    outputs: [{ name: "y", type: "float32", shape: [1] }],
  })
  const { bytes, keys } = await publisher.ship(await importOnnx(bytesSource(model)))
  const folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
  const home = await mkdtemp(join(tmpdir(), "strongroom-home-"))
  try {
    await writeFile(join(folder, "model.sealed"), bytes)
    await writeFile(join(folder, "model.grant"), keys.grant)
    await writeFile(join(folder, "keys.json"), JSON.stringify(keys))
    const urls = ["@strongroom/core", "@strongroom/backend-onnxruntime"].map((name) => import.meta.resolve(name))
    const places = { HOME: home, TMPDIR: home, XDG_CACHE_HOME: home, USERPROFILE: home, LOCALAPPDATA: home, TEMP: home }
    const { ORT_DISABLE_TELEMETRY: _, ...inherited } = process.env
    const printed = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", script, "--", ...urls, folder],
      { cwd: home, env: { ...inherited, ...places } },
    )
    expect(printed).toEqual({ stdout: "", stderr: "" })
    expect(await readdir(home)).toEqual([])
  } finally {
    await rm(folder, { recursive: true })
    await rm(home, { recursive: true })
  }
  expect(onnxruntime().needs.environment).toEqual({ ORT_DISABLE_TELEMETRY: "1" })
})
