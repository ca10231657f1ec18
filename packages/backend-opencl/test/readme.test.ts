import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type ModelToSeal, tensor } from "@strongroom/core"
import { importPath } from "@strongroom/core/node"
import { missingDriver, optionsFor } from "@strongroom/test-machine"
import { createPublisher, onnxWriter } from "@strongroom/testkit"
import { expect, it } from "vitest"
import { operators } from "../src/operators/index.js"

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
const blocks = (language: string) =>
  Array.from(readme.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs")), ([, code]) => code as string)

const why = missingDriver("pocl")
const [networkCode = "", bundleCode = ""] = blocks("js")

it.skipIf(why)(`the README's network gives what its code prints${why ? ` (not here: ${why})` : ""}`, async () => {
  const weight = tensor("float32", [2, 3], [1, 3, 5, 5, 6, 7])
  const model = await onnxWriter.write({
    inputs: [{ name: "features", type: "float32", shape: ["rows", 2] }],
    outputs: [{ name: "scores", type: "float32", shape: ["rows", 3] }],
    weights: [{ name: "weight", tensor: weight }],
    nodes: [{ operator: "matmul", inputs: ["features", "weight"], output: "scores" }],
    separateWeights: false,
  })
  await printsWhatItSays(networkCode, "network", () => Promise.resolve(model))
})

it.skipIf(why)(`the README's bundle gives what its code prints${why ? ` (not here: ${why})` : ""}`, async () => {
  await printsWhatItSays(bundleCode, "gain", (folder) => {
    writeFileSync(join(folder, "gain.cl"), blocks("c")[0] as string)
    writeFileSync(join(folder, "bundle.json"), blocks("json")[0] as string)
    return importPath(join(folder, "bundle.json"))
  })
})

/** Seals a model as the README's reader has it, and runs the README's code beside it. */
async function printsWhatItSays(
  code: string,
  name: string,
  make: (folder: string) => Promise<ModelToSeal>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-test-"))
  try {
    const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content)
    const { bytes, identity, keys } = await (await createPublisher()).ship(await make(folder))
    write(`${name}.sealed`, bytes)
    write(`${name}.grant`, keys.grant as Uint8Array)
    write("alice.key", identity)
    write("publisher.pub", String(keys.trust[0]))
    // On the tests' driver; in the package, which then is its own dependency.
    const runnable = code.replace("opencl()", `opencl(${JSON.stringify(optionsFor("pocl"))})`)
    const results = fileURLToPath(new URL("../.results/", import.meta.url))
    mkdirSync(results, { recursive: true })
    writeFileSync(join(results, `${name}.mjs`), runnable)
    const printed = execFileSync(process.execPath, [join(results, `${name}.mjs`)], { cwd: folder, encoding: "utf8" })
    expect(`console.log(${/console\.log\((.*)\) \/\/ /.exec(runnable)?.[1]}) // ${printed.trim()}`).toBe(
      /console\.log\(.*/.exec(runnable)?.[0],
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

it("the README has an option for each that there is", () => {
  const source = readFileSync(new URL("../src/options.ts", import.meta.url), "utf8")
  const [, members = ""] = /interface OpenclOptions \{(.*?)\n\}/s.exec(source) ?? []
  const options = [...members.matchAll(/^ {2}readonly (\w+)\?/gm)].map(([, name]) => name)
  const rows = [...readme.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name)
  expect(options.length).toBeGreaterThan(4)
  expect(rows.filter((name) => name !== "driver")).toEqual(options)
})

it("the README says how many operators there are", () => {
  expect(readme).toContain(`is the list: ${operators.size} with`)
})
