import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { concat } from "../../../core/src/bytes.js"
import { adder, bytes, externalTensor, int, tensor, varint } from "../../../core/test/import-messages.js"
import { fuzz } from "./fuzz/fuzz.js"
import { packagedModels } from "./packaged-models.js"

// npm run fuzz sets these; without it, it is the short form.
const {
  STRONGROOM_FUZZ_SECONDS: seconds = "5",
  STRONGROOM_FUZZ_SEED: seed,
  STRONGROOM_FUZZ_FIRST: first = "0",
} = process.env
const data = process.env.STRONGROOM_ONNX_DATA

const folder = mkdtempSync(join(tmpdir(), "strongroom-fuzz-models-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What no packaged model has. */
function rareModel(): string {
  const values = concat(int(1, 2), int(2, 6), bytes(8, "sparse"), bytes(5, varint(7), varint(9)))
  const indices = concat(int(1, 2), int(2, 7), bytes(7, varint(1), varint(5)))
  const strings = concat(int(1, 2), int(2, 8), bytes(8, "strings"), bytes(6, "a"), bytes(6, "b"))
  const call = bytes(1, bytes(1, "x"), bytes(2, "z"), bytes(4, "f"), bytes(7, "own"))
  const body = bytes(
    7,
    bytes(1, "a"),
    bytes(2, "b"),
    bytes(4, "Elu"),
    bytes(5, bytes(1, "alpha"), bytes(21, "k"), int(20, 1)),
  )
  const sets = bytes(9, bytes(1, ""), int(2, 16))
  const own = bytes(25, bytes(1, "f"), bytes(10, "own"), bytes(4, "a"), bytes(5, "b"), bytes(6, "k"), body, sets)
  const model = adder(
    bytes(5, tensor("w", [4], new Uint8Array(16))),
    bytes(5, externalTensor("e", { location: "e.bin", offset: 64, length: 16 })),
    bytes(5, strings),
    bytes(15, bytes(1, values), bytes(2, indices), int(3, 2), int(3, 3)),
    call,
  )
  const path = join(folder, "rare.onnx")
  writeFileSync(path, concat(model, own))
  return path
}

function wheelModels(): string[] {
  if (data === undefined) return []
  const all = readdirSync(data, { recursive: true, encoding: "utf8" })
  return all.filter((path) => path.endsWith(".onnx")).map((path) => join(data, path))
}

it(`damaged models are refused in plain words, or are models still, for ${seconds} s`, {
  timeout: (Number(seconds) + 120) * 1000,
}, async () => {
  const rare = rareModel()
  // The large ones take a hundred times as long as the others.
  const models = [...packagedModels, ...Array(packagedModels.length * 4).fill(rare), ...wheelModels()]
  const options = {
    models,
    seed: Number(seed ?? Date.now() % 1_000_000),
    first: Number(first),
    seconds: Number(seconds),
  }
  const { inputs, taken, refusals, failures, longest } = await fuzz(options)
  const refused = Array.from(refusals.values()).reduce((sum, count) => sum + count, 0)
  console.log(
    `Seed ${options.seed}: ${inputs} inputs, ${taken} taken, ${refused} refused in ${refusals.size} ways, ` +
      `the slowest in ${Math.round(longest)} ms.`,
  )
  expect(failures, `seed ${options.seed}`).toEqual([])
  expect(taken).toBeGreaterThan(0)
  expect(refusals.size).toBeGreaterThan(10)
})
