import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { InferenceCase, OpenclGreeting } from "../../inference/case.js"
import { relativeDifference } from "../../inference/difference.js"
import { onnxruntimeSide, openclSide, type Place, type Side } from "../../inference/sides.js"
import { allInTurn } from "../../measure.js"
import { floatInput, wordInput } from "../../networks/input.js"
import type { Network } from "../../networks/networks.js"
import { readOnnxModel } from "../../networks/onnx-files.js"
import { bytesOf } from "../../networks/random.js"
import type { OtherName, Others } from "./engines.js"

export const threads = 2
export const turns = 15

/** One engine's results on one network. */
export interface Result {
  /** The engine, with its version. */
  readonly engine: string
  /** Milliseconds of a run, in each turn the median of so many as fit in it. */
  readonly times: readonly number[]
  /** From ONNX Runtime's output, over the largest value in it. */
  readonly difference: number
}

/** All engines' results on one network, measured in turn. */
export interface Compared {
  readonly network: Network
  readonly fileBytes: number
  /** Nodes of its graph. */
  readonly nodes: number
  readonly ours: Result & OpenclGreeting & { readonly cold: number }
  readonly onnxruntime: Result & { readonly cold: number }
  readonly others: ReadonlyMap<OtherName, Result>
  /** Those that ended instead of running it. */
  readonly failed: readonly OtherName[]
}

/** @param folder for this network, which is removed afterwards */
export async function compare(network: Network, others: Others, folder: string): Promise<Compared> {
  const place = await writeCase(network, folder)
  const poclCache = join(folder, "pocl")
  await mkdir(poclCache)
  const started: Side[] = []
  const keep = <S extends Side>(side: S): S => {
    started.push(side)
    return side
  }
  try {
    const cold = await openclSide("pocl", place, poclCache, "new")
    cold.end()
    const ours = keep(await openclSide("pocl", place, poclCache, "warm"))
    const onnxruntime = keep(await onnxruntimeSide(place))
    const names: OtherName[] = []
    const failed: OtherName[] = []
    for (const [name, start] of others) {
      const side = await start(place, poclCache).catch(() => undefined)
      if (side !== undefined) keep(side)
      ;(side === undefined ? failed : names).push(name)
    }
    const [first = [], second = [], ...rest] = await allInTurn(
      turns,
      started.map((side) => () => side.time()),
    )
    const expected = await onnxruntime.output()
    const result = async (side: Side, times: readonly number[]): Promise<Result> => {
      const difference = relativeDifference(await side.output(), expected)
      return { engine: side.greeting.engine, times, difference }
    }
    const found = new Map<OtherName, Result>()
    for (const [index, name] of names.entries()) {
      found.set(name, await result(started[index + 2] as Side, rest[index] ?? []))
    }
    const path = await network.path()
    return {
      network,
      fileBytes: (await stat(path)).size,
      nodes: readOnnxModel(await readFile(path)).graph.nodes.length,
      ours: { ...ours.greeting, ...(await result(ours, first)), cold: cold.greeting.first },
      onnxruntime: { ...(await result(onnxruntime, second)), cold: onnxruntime.greeting.first },
      others: found,
      failed,
    }
  } finally {
    for (const side of started) side.end()
    await rm(folder, { recursive: true, force: true })
  }
}

async function writeCase({ input, path }: Network, folder: string): Promise<Place> {
  await mkdir(folder, { recursive: true })
  const at = (name: string) => join(folder, name)
  const values = input.type === "float32" ? floatInput(input.shape) : wordInput(input.shape)
  await writeFile(at("input"), bytesOf(values))
  const theCase: InferenceCase = { modelPath: await path(), input: { ...input, path: at("input") }, threads }
  await writeFile(at("case.json"), JSON.stringify(theCase))
  return { casePath: at("case.json"), outputPath: at("output"), threads }
}
