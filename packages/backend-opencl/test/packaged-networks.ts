import { readFileSync } from "node:fs"
import { basename } from "node:path"
import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { bytesSource, type InProcessSession, importOnnx, openInProcess, type Tensor } from "@strongroom/core"
import type { Backend } from "@strongroom/core/backend"
import { createPublisher } from "@strongroom/testkit"
import { tensor } from "@strongroom/vault"
import { expect, it } from "vitest"
import { ofForm } from "./fast-form.js"
import { packagedModels } from "./onnx/packaged-models.js"

type Tensors = Readonly<Record<string, Tensor>>

/** Real networks, and what they are run with. */
interface PackagedNetwork {
  readonly file: string
  readonly title: string
  /** One run after the other. */
  readonly runs: readonly Tensors[]
  /** Of a network that has a state: which output is which input of the next run. */
  readonly state: Readonly<Record<string, string>>
  /** Of the largest element of an output, how far others may be off. */
  readonly tolerance: number
}

/** Strokes of letters' width, dark on light, as what is read has. */
function strokes(height: number, width: number): Tensor {
  const plane = Float32Array.from({ length: height * width }, (_, index) => {
    const [row, column] = [Math.floor(index / width), index % width]
    const isStroke = row % 24 > 6 && (column % 9 < 2 || (row + column) % 23 < 2)
    return isStroke ? -0.9 : 0.8 + 0.1 * Math.sin(index)
  })
  return tensor(
    "float32",
    [1, 3, height, width],
    Float32Array.from({ length: 3 * plane.length }, (_, index) => plane[index % plane.length] as number),
  )
}

/** Something like a vowel, whose pitch and strength change from piece to piece. */
function voice(samples: number, piece: number): Tensor {
  const wave = Float32Array.from({ length: samples }, (_, index) => {
    const time = (piece * samples + index) / 16000
    const overtones = [1, 2, 3, 5, 8].map(
      (factor) => Math.sin(2 * Math.PI * (110 + 10 * piece) * factor * time) / factor,
    )
    return (0.05 + 0.1 * piece) * overtones.reduce((sum, one) => sum + one, 0)
  })
  return tensor("float32", [1, samples], wave)
}

const pieces = [0, 1, 2, 3, 4]
const zeros = (...shape: readonly number[]) =>
  tensor("float32", [...shape], new Float32Array(shape.reduce((size, length) => size * length, 1)))
const rate = (hertz: number) => tensor("int64", [], [BigInt(hertz)])
const reader = { state: {}, tolerance: 1e-3 } as const

const networks: readonly PackagedNetwork[] = [
  { ...reader, file: "ch_PP-OCRv4_det_infer", title: "finds lines of text", runs: [{ x: strokes(160, 224) }] },
  { ...reader, file: "ch_PP-OCRv4_rec_infer", title: "reads a line", runs: [{ x: strokes(48, 320) }] },
  { ...reader, file: "ch_ppocr_mobile_v2.0_cls_infer", title: "turns a line", runs: [{ x: strokes(48, 192) }] },
  ...(["silero_vad_v5", "silero_vad_v6"] as const).flatMap((file) =>
    // Each rate has a network of its own, in a branch. The fast form has one.
    ofForm(
      [
        [16000, 576],
        [8000, 288],
      ] as const,
      [[16000, 576]] as const,
    ).map(([hertz, samples]) => ({
      file,
      title: `hears a voice at ${hertz} Hz`,
      runs: pieces.map((piece) => ({ input: voice(samples, piece), sr: rate(hertz), state: zeros(2, 1, 128) })),
      state: { stateN: "state" },
      tolerance: 1e-4,
    })),
  ),
  {
    file: "silero_vad_legacy",
    title: "hears a voice at 16000 Hz",
    runs: pieces.map((piece) => ({
      input: voice(1536, piece),
      sr: rate(16000),
      h: zeros(2, 1, 64),
      c: zeros(2, 1, 64),
    })),
    state: { hn: "h", cn: "c" },
    tolerance: 1e-4,
  },
]

/**
 * Runs those of `which`, by default all, on `backend` and on ONNX Runtime, each with its own states, and compares every
 * output of every run.
 */
export function comparePackagedNetworks(backend: Backend, which: (file: string) => boolean = () => true): void {
  for (const network of networks.filter(({ file }) => which(file))) {
    it(`${network.file} ${network.title} as ONNX Runtime does.`, async () => {
      const path = packagedModels.find((one) => basename(one, ".onnx") === network.file) as string
      const { bytes, keys } = await (await createPublisher()).ship(await importOnnx(bytesSource(readFileSync(path))))
      const [expected, actual] = [
        await answers(await openInProcess(onnxruntime(), bytesSource(bytes), keys), network),
        await answers(await openInProcess(backend, bytesSource(bytes), keys), network),
      ]
      expect(expected).toHaveLength(network.runs.length)
      for (const [run, outputs] of expected.entries()) {
        for (const [name, output] of Object.entries(outputs)) {
          expect(actual[run]?.[name]?.shape).toEqual(output.shape)
          expect(error(actual[run]?.[name] as Tensor, output), `run ${run}, ${name}`).toBeLessThan(network.tolerance)
        }
      }
    }, 180_000)
  }
}

async function answers(session: InProcessSession, { runs, state }: PackagedNetwork): Promise<readonly Tensors[]> {
  await using _ = session
  const all: Tensors[] = []
  let carried: Record<string, Tensor> = {}
  for (const inputs of runs) {
    const outputs = await session.run({ ...inputs, ...carried })
    carried = Object.fromEntries(Object.entries(state).map(([from, to]) => [to, outputs[from] as Tensor]))
    all.push(outputs)
  }
  return all
}

/** The largest difference, of the largest expected element. */
function error(actual: Tensor, expected: Tensor): number {
  const [ours, theirs] = [actual.data as Float32Array, expected.data as Float32Array]
  let [furthest, largest] = [0, 0]
  for (const [index, value] of theirs.entries()) {
    furthest = Math.max(furthest, Math.abs(value - (ours[index] as number)))
    largest = Math.max(largest, Math.abs(value))
  }
  return furthest / largest
}
