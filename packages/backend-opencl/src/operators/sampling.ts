import type { Tensor } from "../graph/tensor.js"
import { isFloat, tensorTypes } from "../graph/tensor-type.js"
import type { Operator, OperatorTable } from "./call.js"
import { gridSample } from "./grid-sample.js"
import { roiAlign } from "./roi-align.js"
import { castTo, widened } from "./small-floats.js"

/** Operators that read pictures between their pixels. */

const modes: Readonly<Record<string, "nearest" | "linear" | "cubic">> = {
  nearest: "nearest",
  linear: "linear",
  bilinear: "linear",
  cubic: "cubic",
  bicubic: "cubic",
}

const sample: Operator = (node) => {
  const { builder, broken } = node
  const [x, grid] = [node.input(0), node.input(1)]
  const mode = modes[node.text("mode", "linear")]
  const padding = node.text("padding_mode", "zeros")
  if (mode === undefined || (padding !== "zeros" && padding !== "border" && padding !== "reflection")) {
    throw broken("has a mode that isn't ONNX's")
  }
  const [batch = 1, channels = 1, ...spatial] = x.shape
  const places = grid.shape.slice(1, -1)
  const fits = grid.shape[0] === batch && grid.shape.at(-1) === spatial.length && places.length === spatial.length
  if (spatial.length === 0 || !fits || !isFloat(grid.type) || !isFloat(x.type))
    throw broken("has a grid that doesn't fit its input")
  if (spatial.includes(0)) throw broken("has a picture without pixels")
  const alignsCorners = node.int("align_corners", 0) === 1
  const shape = [batch, channels, ...places]
  return widened(node, [x], (wide) =>
    gridSample(builder, wide as Tensor, castTo(node, (wide as Tensor).type, grid), shape, {
      mode,
      padding,
      alignsCorners,
    }),
  )
}

const align: Operator = (node) => {
  const { version, broken } = node
  const [x, regions, images] = [node.input(0), node.input(1), node.indices(2)]
  const mode = node.text("mode", "avg")
  const samples = node.int("sampling_ratio", 0)
  const [rows, columns] = [node.int("output_height", 1), node.int("output_width", 1)]
  if (![x, regions].every(({ type }) => isFloat(type))) throw broken("has a picture or regions of integers")
  if (x.shape.length !== 4 || regions.size !== images.size * 4 || (mode !== "avg" && mode !== "max")) {
    throw broken("has regions that don't fit its input, or a mode that isn't ONNX's")
  }
  if (rows < 1 || columns < 1 || samples < 0 || samples > 4096 || x.shape.includes(0)) {
    throw broken("has a size or a sampling ratio that can't be")
  }
  const transform = node.text("coordinate_transformation_mode", version < 16 ? "output_half_pixel" : "half_pixel")
  return widened(node, [x, regions], (wideX, wideRegions) =>
    roiAlign(node.builder, [wideX as Tensor, wideRegions as Tensor, images], [rows, columns], {
      mode,
      samples,
      scale: node.float("spatial_scale", 1),
      isHalfPixel: transform === "half_pixel",
    }),
  )
}

/** Coordinates from -1 to 1 of each pixel, or of its corner, times an affine matrix. */
const affineGrid: Operator = async (node) => {
  const { builder, broken } = node
  const theta = node.input(0)
  const [batch = 0, , ...spatial] = (await node.integers(1)) ?? []
  const rank = spatial.length
  if (!isFloat(theta.type)) throw broken("has a matrix of integers")
  if (rank < 1 || theta.shape.join() !== [batch, rank, rank + 1].join() || spatial.some((length) => length < 0)) {
    throw broken("has a matrix that doesn't fit its size")
  }
  const alignsCorners = node.int("align_corners", 0) === 1
  const { computed } = tensorTypes[theta.type]
  // The first coordinate of the result is along the last dimension.
  const terms = spatial.toReversed().map((length, at) => {
    const c = `c${rank - 1 - at}`
    const value = alignsCorners
      ? length === 1
        ? "0"
        : `(2 * ${c} / (${computed})${length - 1} - 1)`
      : `((2 * ${c} + 1) / (${computed})${length} - 1)`
    return `LOAD0(row + ${at}) * ${value}`
  })
  const places = [...spatial.keys()]
    .toReversed()
    .map((axis) => `const int c${axis} = rest % ${spatial[axis]}; rest /= ${spatial[axis]};`)
  const body = `
  int rest = i / ${rank};
  ${places.join("\n  ")}
  const int row = (rest * ${rank} + i % ${rank}) * ${rank + 1};
  STORE0(i, ${[...terms, `LOAD0(row + ${rank})`].join(" + ")});`
  const shape = [batch, ...spatial, rank]
  return builder.custom([theta], [{ type: theta.type, shape }], { body })[0] as Tensor
}

export const sampling: OperatorTable = { GridSample: sample, RoiAlign: align, AffineGrid: affineGrid }
