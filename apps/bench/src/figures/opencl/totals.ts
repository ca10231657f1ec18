import type { Figure } from "../../figure.js"
import { median } from "../../measure.js"
import { type Compared, turns } from "./compared.js"
import { isRight } from "./network-figures.js"

/** How many networks OpenVINO has to be slower on. */
const fewestAhead = 2

/** Over all networks. */
export function totals(all: readonly Compared[]): readonly Figure[] {
  const [first] = all
  if (first === undefined) return []
  const logarithms = all.map(({ ours, onnxruntime }) => Math.log(timeOf(ours) / median(onnxruntime.times)))
  const mean = Math.exp(logarithms.reduce((sum, value) => sum + value, 0) / all.length)
  const figures: Figure[] = [
    {
      name: `geometric mean of ${all.length} networks' ratios`,
      peer: first.onnxruntime.engine,
      unit: "x",
      ours: mean,
      theirs: 1,
      runs: turns,
      bar: { atMost: 1 },
    },
  ]
  const openvino = first.others.get("OpenVINO")
  if (openvino !== undefined) {
    figures.push({
      name: "networks that are faster",
      peer: `what is promised, beside ${openvino.engine}`,
      unit: "networks",
      ours: all.filter(({ ours, others }) => timeOf(ours) < median(others.get("OpenVINO")?.times ?? [])).length,
      theirs: fewestAhead,
      runs: turns,
      bar: { atLeast: 1 },
    })
  }
  return figures
}

/** A wrong answer never comes. */
const timeOf = (ours: Compared["ours"]) => (isRight(ours) ? median(ours.times) : Number.POSITIVE_INFINITY)
