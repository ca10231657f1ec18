import { sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { tensorTypes } from "../graph/tensor-type.js"
import { coordinates } from "../kernels/plain.js"
import type { Operator, OperatorTable } from "./call.js"
import { checkCountable } from "./window.js"

/** Determinants by elimination with pivots, a matrix a work-item; the matrices are worked on in a tensor of their own. */
const determinant: Operator = (node) => {
  const x = node.input(0)
  const [rows = 0, columns] = x.shape.slice(-2)
  if (x.shape.length < 2 || rows !== columns) throw node.broken("has matrices that aren't square")
  const type = x.type === "float64" ? "float64" : "float32"
  const { computed } = tensorTypes[type]
  const at = (row: string, column: string) => `begin + (${row}) * ${rows} + ${column}`
  const [result] = node.builder.custom(
    [x],
    [
      { type: x.type, shape: x.shape.slice(0, -2) },
      { type, shape: x.shape },
    ],
    {
      body: `
  const int begin = i * ${rows * rows};
  for (int n = 0; n < ${rows * rows}; n++) STORE1(begin + n, LOAD0(begin + n));
  ${computed} result = 1;
  for (int k = 0; k < ${rows}; k++) {
    int pivot = k;
    for (int row = k + 1; row < ${rows}; row++)
      if (fabs(READ1(${at("row", "k")})) > fabs(READ1(${at("pivot", "k")}))) pivot = row;
    const ${computed} head = READ1(${at("pivot", "k")});
    result *= pivot == k ? head : -head;
    if (head == 0) break;
    for (int column = k; column < ${rows}; column++) {
      const ${computed} moved = READ1(${at("k", "column")});
      STORE1(${at("k", "column")}, READ1(${at("pivot", "column")}));
      STORE1(${at("pivot", "column")}, moved);
    }
    for (int row = k + 1; row < ${rows}; row++) {
      const ${computed} factor = READ1(${at("row", "k")}) / head;
      for (int column = k; column < ${rows}; column++)
        STORE1(${at("row", "column")}, READ1(${at("row", "column")}) - factor * READ1(${at("k", "column")}));
    }
  }
  STORE0(i, result);`,
    },
  )
  return result as Tensor
}

/** Sums of the columns of a matrix, each of which is a block of an image, where blocks overlap. */
const columnsToImage: Operator = async (node) => {
  const x = node.input(0)
  const [image, block] = [await node.integers(1), await node.integers(2)]
  if (x.shape.length !== 3 || image === undefined || block === undefined)
    throw node.broken("has an input of another rank")
  const spatial = [...image.keys()]
  const dilations = node.ints("dilations") ?? image.map(() => 1)
  const strides = node.ints("strides") ?? image.map(() => 1)
  const pads = node.ints("pads") ?? [...image, ...image].map(() => 0)
  const counts = spatial.map((axis) => {
    const reach = ((block[axis] as number) - 1) * (dilations[axis] as number) + 1
    const free = (image[axis] as number) + (pads[axis] as number) + (pads[axis + image.length] as number) - reach
    return Math.floor(free / (strides[axis] as number)) + 1
  })
  const [batch = 0, rows = 0, columns = 0] = x.shape
  const channels = rows / sizeOf(block)
  const isSound =
    [block, dilations, strides].every((list) => list.length === image.length && list.every((one) => one >= 1)) &&
    image.every((length) => length >= 0) &&
    pads.length === 2 * image.length
  checkCountable(node, strides, dilations, pads, image, block)
  if (!isSound || !Number.isInteger(channels) || counts.some((count) => count < 0) || sizeOf(counts) !== columns) {
    throw node.broken("has blocks that don't fit its image")
  }
  const { computed } = tensorTypes[x.type]
  const loops = spatial.map(
    (axis) => `for (int k${axis} = 0; k${axis} < ${block[axis]}; k${axis}++) {
    const int t${axis} = c${axis} + ${pads[axis]} - k${axis} * ${dilations[axis]};
    if (t${axis} < 0 || t${axis} % ${strides[axis]} != 0 || t${axis} / ${strides[axis]} >= ${counts[axis]}) continue;`,
  )
  const nested = (name: (axis: number) => string, lengths: readonly number[]) =>
    spatial.reduce((index, axis) => `(${index} * ${lengths[axis]} + ${name(axis)})`, "0")
  const [result] = node.builder.custom([x], [{ type: x.type, shape: [batch, channels, ...image] }], {
    body: `
  int rest = i;
${coordinates(image)}
  ${computed} sum = 0;
  ${loops.join("\n")}
    const int row = rest * ${sizeOf(block)} + ${nested((axis) => `k${axis}`, block)};
    sum += LOAD0(row * ${columns} + ${nested((axis) => `t${axis} / ${strides[axis]}`, counts)});
  ${spatial.map(() => "}").join("")}
  STORE0(i, sum);`,
  })
  return result as Tensor
}

export const linear: OperatorTable = { Det: determinant, Col2Im: columnsToImage }
