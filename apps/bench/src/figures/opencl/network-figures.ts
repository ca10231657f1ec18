import { type Figure, mediansOf } from "../../figure.js"
import { tolerance } from "../../inference/difference.js"
import type { Compared, Result } from "./compared.js"

const mebibyte = 2 ** 20

/** MNN 3.6 on two cores, which computes these convolutions by Winograd's filtering. It isn't measured here. */
const vggMark = { network: "VGG-19", peer: "MNN 3.6 when it was last measured, on 2 cores", milliseconds: 102 }

/** A wrong answer is none. */
export const isRight = ({ difference }: Result): boolean => difference <= tolerance

/** What one network's results are held against. */
export function networkFigures(compared: Compared): readonly Figure[] {
  const { network, ours, onnxruntime, others } = compared
  const { name } = network
  const time = (peer: string, theirs: readonly number[] | number, atMost?: number): Figure => ({
    name,
    peer,
    unit: "ms",
    ...mediansOf(ours.times, theirs),
    ...(atMost !== undefined && { bar: { atMost } }),
  })
  const figures = [
    time(onnxruntime.engine, onnxruntime.times, 1.5),
    difference(name, ours),
    ...(name === vggMark.network ? [time(vggMark.peer, vggMark.milliseconds, 1)] : []),
    cold(compared),
    launches(compared),
    ...memory(compared),
  ]
  for (const [other, result] of others) {
    if (other === "Intel's OpenCL") {
      const device = `${name}, ${other}`
      const times = mediansOf(result.times, onnxruntime.times)
      figures.push({ name: device, peer: onnxruntime.engine, unit: "ms", ...times }, difference(device, result))
    } else figures.push(time(result.engine, result.times, other === "tinygrad" ? 1 : undefined))
  }
  return figures
}

const difference = (name: string, result: Result): Figure => ({
  name: `${name}: largest difference from ONNX Runtime`,
  peer: "the tolerance",
  unit: "of the largest value",
  ours: result.difference,
  theirs: tolerance,
  runs: 1,
  bar: { atMost: 1 },
})

const cold = ({ network, ours, onnxruntime }: Compared): Figure => ({
  name: `${network.name}: load to first output, nothing compiled yet`,
  peer: onnxruntime.engine,
  unit: "ms",
  ours: ours.cold,
  theirs: onnxruntime.cold,
  runs: 1,
})

const launches = ({ network, ours, nodes }: Compared): Figure => ({
  name: `${network.name}: kernels launched`,
  peer: "nodes of its graph",
  unit: "kernels",
  ours: ours.launches,
  theirs: nodes,
  runs: 1,
})

/** Of the device what is promised, and what a process grows by, in which kernels are compiled already. */
function memory({ network, ours, fileBytes }: Compared): readonly Figure[] {
  const figure = (what: string, bytes: number): Figure => ({
    name: `${network.name}: ${what}`,
    peer: "1.3x weights, live activations, input and output",
    unit: "MiB",
    ours: bytes / mebibyte,
    theirs: (1.3 * fileBytes + ours.activations + ours.ends) / mebibyte,
    runs: 1,
  })
  return [
    { ...figure("memory of the device", ours.memory.held), bar: { atMost: 1 } },
    { ...figure("memory of the device while it is loaded", ours.memory.peak), bar: { atMost: 1 } },
    figure("memory of the process", ours.process.held),
    figure("memory of the process while it is loaded", ours.process.peak),
  ]
}
