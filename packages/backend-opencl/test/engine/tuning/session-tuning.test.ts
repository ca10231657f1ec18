import { type Context, createContext, platforms } from "@strongroom/opencl/objects"
import { driver, missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { type SessionKernels, sessionKernels } from "../../../src/engine/kernels-of-session.js"
import { measuring, type SessionTuning } from "../../../src/engine/tuning/session-tuning.js"
import type { ConvolutionShape } from "../../../src/kernels/convolution.js"
import type { GemmShape } from "../../../src/kernels/gemm.js"
import { makePlace } from "../../../src/place.js"
import { chooseConvolution } from "../../../src/plan/convolution-choice.js"
import { chooseProduct } from "../../../src/plan/product-choice.js"
import { estimatedTuning, type Question } from "../../../src/plan/tuning.js"
import { passingStore } from "../../../src/programs/program-store.js"
import { deviceOf } from "../../kernels/vector-widths.js"

const why = missingDriver("pocl")
const shape: ConvolutionShape = {
  batch: 1,
  channels: 32,
  size: [20, 24],
  outputChannels: 32,
  outputSize: [20, 24],
  kernel: [3, 3],
  strides: [1, 1],
  dilations: [1, 1],
  pads: [1, 1],
  groups: 1,
}
const matrix = { row: 64, column: 1, batch: [0, 0] } as const
const product: GemmShape = {
  batch: [1, 1],
  rows: 50,
  columns: 64,
  depth: 64,
  left: matrix,
  right: matrix,
  output: matrix,
}
const device = deviceOf(16)
const none = { get: async () => undefined, put: async () => {} }

describe.skipIf(why)(`Tuning that measures${why ? ` (not here: ${why})` : ""}`, () => {
  let context: Context
  beforeAll(() => {
    // The loader reads it when OpenCL is first called.
    Object.assign(process.env, driver("pocl"))
    const here = platforms().find(({ name }) => name === "Portable Computing Language")
    context = createContext(here?.devices()[0] as ReturnType<NonNullable<typeof here>["devices"]>[number])
  })
  afterAll(() => context.release())

  const host = { cachePolicy: "off" } as unknown as Parameters<typeof makePlace>[0]
  const kernels = (): SessionKernels => sessionKernels(passingStore(context), none)

  function open(artifacts = none as Parameters<typeof measuring>[3], goOn = () => {}): Promise<SessionTuning> {
    return measuring(makePlace(host, context), device, kernels(), artifacts, goOn)
  }

  /** Asks as a lowering does; gives the questions, and what is told of each. */
  function ask({ tuning }: SessionTuning) {
    const questions: Question[] = []
    const told: (readonly number[])[] = []
    const listening = (question: Question) => {
      questions.push(question)
      told.push(tuning(question))
      return told.at(-1) as readonly number[]
    }
    chooseConvolution(listening, device, shape, "blocked")
    chooseProduct(listening, device, product)
    return { questions, told }
  }

  it("goes by estimates until it has learnt, then by what the device's clock said", async () => {
    const tuning = await open()
    const { questions, told } = ask(tuning)
    expect(told).toEqual(questions.map(estimatedTuning))
    expect(await tuning.learn()).toBe(true)
    const { told: later } = ask(tuning)
    expect(later).not.toEqual(told)
    expect(later.flat().every((time) => time > 1000 && time < 1e9)).toBe(true)
    expect(await tuning.learn()).toBe(false)
    await tuning.close()
  })

  it("keeps what it has measured, and builds nothing where it finds that", async () => {
    let kept: Uint8Array | undefined
    const artifacts = {
      get: async () => (kept === undefined ? undefined : { bytes: kept, close() {} }),
      put: async (_key: string, bytes: Uint8Array) => {
        kept = bytes.slice()
      },
    }
    const first = await open(artifacts)
    ask(first)
    const programs = vi.spyOn(context, "createProgram")
    await first.learn()
    expect(programs.mock.calls.length).toBeGreaterThan(0)
    const { told } = ask(first)
    programs.mockClear()

    const second = await open(artifacts)
    expect(ask(second).told).toEqual(told)
    expect(await second.learn()).toBe(false)
    expect(programs).not.toHaveBeenCalled()

    // Of one question some candidates are missing: as if it weren't known.
    const [[key, times]] = Object.entries(JSON.parse(new TextDecoder().decode(kept))) as [[string, object]]
    const rest = Object.fromEntries(Object.entries(times).slice(1))
    kept = new TextEncoder().encode(JSON.stringify({ [key]: rest }))
    const third = await open(artifacts)
    ask(third)
    expect(await third.learn()).toBe(true)
    expect(programs.mock.calls.length).toBeGreaterThan(0)
    for (const one of [first, second, third]) await one.close()
    programs.mockRestore()
  })

  it("stops when nobody waits any more", async () => {
    let steps = 0
    const reason = new Error("Nobody waits.")
    const tuning = await open(none, () => {
      if (++steps === 3) throw reason
    })
    ask(tuning)
    await expect(tuning.learn()).rejects.toBe(reason)
    expect(steps).toBe(3)
    await tuning.close()
  })

  it("goes by estimates where the device has no room to measure, and doesn't try again", async () => {
    const tuning = await open()
    const { questions, told } = ask(tuning)
    const huge: Question = {
      key: "huge",
      candidates: (questions[0] as Question).candidates.map((candidate) => ({
        ...candidate,
        trial: () => ({ ...candidate.trial(), byteLengths: { ...candidate.trial().byteLengths, input: 2 ** 50 } }),
      })),
    }
    tuning.tuning(huge)
    expect(await tuning.learn()).toBe(false)
    expect(tuning.tuning(huge)).toEqual(estimatedTuning(huge))
    expect(ask(tuning).told).toEqual(told)
    expect(await tuning.learn()).toBe(false)
    await tuning.close()
  })
})
