import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { tensor } from "@strongroom/core"
import { createPublisher, onnxWriter } from "@strongroom/testkit"
import { openVault } from "@strongroom/vault"
import { expect, it, onTestFinished } from "vitest"
import { type Secrets, scanProcess } from "../../vault/test/process-memory.js"

const isRoot = process.platform === "linux" && process.getuid?.() === 0

const layers = 512
const size = 128
const row = { type: "float32", shape: [1, size] } as const

/** Seeded, so that no four numbers in a row are alike. */
let state = 1
function noise(): Float32Array {
  return Float32Array.from({ length: size * size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  })
}

/** Products with matrices of 64 KiB each: malloc(3) has those in its heap, and keeps the pages when they are freed. */
const weights = Array.from({ length: layers }, (_, layer) => ({ name: `w${layer}`, data: noise() }))

async function model() {
  return onnxWriter.write({
    inputs: [{ name: "x", ...row }],
    outputs: [{ name: `y${layers - 1}`, ...row }],
    weights: weights.map(({ name, data }) => ({ name, tensor: tensor("float32", [size, size], data) })),
    nodes: weights.map(({ name }, layer) => ({
      operator: "matmul",
      inputs: [layer === 0 ? "x" : `y${layer - 1}`, name],
      output: `y${layer}`,
    })),
    separateWeights: false,
  })
}

/** Of each weight, four pieces of four numbers that begin at a multiple of four: packed, they stay together. */
const searched: Secrets = Object.fromEntries(
  weights.flatMap(({ name, data }, layer) =>
    [0, 1, 2, 3].map((quarter) => {
      const at = (quarter * size * size) / 4 + 4 * (layer % 32)
      return [`${name} ${quarter}`, new Uint8Array(data.buffer, 4 * at, 16)]
    }),
  ),
)

it.skipIf(!isRoot)(
  "a vault holds about one copy of the weights while a session is open, and next to nothing after (as root only)",
  async () => {
    const { bytes, identity, keys } = await (await createPublisher()).ship(await model())
    const folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, "model.key")
    await writeFile(file, identity)
    const vault = await openVault({ backend: onnxruntime() })
    onTestFinished(() => vault.close())
    const evidence = vault.report().guarantees.find(({ id }) => id === "process.separate")?.evidence
    const copies = () => {
      const { hits, windows } = scanProcess(Number(Object(evidence).pid), searched)
      return hits / windows
    }

    const session = await vault.load(bytes, { grant: keys.grant, identity: { file }, trust: keys.trust })
    await session.run({ x: tensor("float32", [1, size], new Float32Array(size).fill(1)) })
    const open = copies()
    await session.close()
    const closed = copies()
    console.log(`copies of the weights: ${open} with the session open, ${closed} after it was closed`)
    expect(open).toBeGreaterThanOrEqual(1)
    expect(open).toBeLessThan(1.25)
    // Of what loading freed, what lay at the ends of free pieces: less than a page each.
    expect(closed).toBeLessThan(0.05)
  },
)
