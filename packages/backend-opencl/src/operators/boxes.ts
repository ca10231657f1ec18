import { argument } from "../codegen/size-arguments.js"
import type { Tensor } from "../graph/tensor.js"
import { orderCode } from "../kernels/heap.js"
import type { Operator, OperatorTable } from "./call.js"

/** Corners of box number `box`: any two that lie across, or its centre, width and height. */
const corners = {
  0: (box: string) => `
  const float top${box} = fmin(LOAD0(${box}), LOAD0(${box} + 2)), bottom${box} = fmax(LOAD0(${box}), LOAD0(${box} + 2));
  const float left${box} = fmin(LOAD0(${box} + 1), LOAD0(${box} + 3)), right${box} = fmax(LOAD0(${box} + 1), LOAD0(${box} + 3));`,
  1: (box: string) => `
  const float left${box} = LOAD0(${box}) - LOAD0(${box} + 2) / 2, right${box} = LOAD0(${box}) + LOAD0(${box} + 2) / 2;
  const float top${box} = LOAD0(${box} + 1) - LOAD0(${box} + 3) / 2, bottom${box} = LOAD0(${box} + 1) + LOAD0(${box} + 3) / 2;`,
}

/** How much two boxes share, of what they cover together. */
const overlapHelper = (format: 0 | 1) => `
static float KERNEL_overlap(__global const float *in0, int a, int b) {${corners[format]("a")}${corners[format]("b")}
  const float width = fmax(0.0f, fmin(righta, rightb) - fmax(lefta, leftb));
  const float height = fmax(0.0f, fmin(bottoma, bottomb) - fmax(topa, topb));
  const float both = width * height;
  const float all = (righta - lefta) * (bottoma - topa) + (rightb - leftb) * (bottomb - topb) - both;
  return all > 0 ? both / all : 0;
}
`

/** Work-items are of one class in one image each; their lists, of as many boxes as there may be, are then put together. */
const nonMaxSuppression: Operator = async (node) => {
  const { builder, inputs } = node
  const [boxes, scores] = [node.input(0), node.input(1)]
  const [batch = 0, count = 0, coordinates] = boxes.shape
  const [images, classes = 0, scored] = scores.shape
  const format = node.int("center_point_box", 0)
  if (
    boxes.shape.length !== 3 ||
    scores.shape.length !== 3 ||
    coordinates !== 4 ||
    images !== batch ||
    scored !== count
  ) {
    throw node.broken("has scores that don't fit its boxes")
  }
  if (format !== 0 && format !== 1) throw node.broken("has boxes of a format that ONNX doesn't have")
  if (boxes.type !== "float32" || scores.type !== "float32")
    throw node.broken("has boxes or scores that aren't float32")
  const most = Math.min(count, Math.max(0, (await node.integers(2))?.[0] ?? 0))
  const lists = batch * classes
  if (lists === 0 || most === 0) return builder.constant("int64", [0, 3], [])
  const bounds = [inputs[3], inputs[4]]
  if (bounds.some((bound) => bound !== undefined && bound.size === 0))
    throw node.broken("has a threshold without elements")
  const given = bounds.filter((bound): bound is Tensor => bound !== undefined)
  const [overlap, score] = bounds.map((bound) =>
    bound === undefined ? undefined : `LOAD${2 + given.indexOf(bound)}(0)`,
  )
  const [chosen, sizes] = builder.custom(
    [boxes, scores, ...given],
    [
      { type: "int32", shape: [lists, count] },
      { type: "int64", shape: [lists] },
    ],
    {
      items: lists,
      helpers: overlapHelper(format),
      body: `
  const int boxes = ${argument(count)}, first = i * boxes, image = i / ${argument(classes)} * boxes * 4;${orderCode({
    length: "boxes",
    most: "boxes",
    before: (a, b) => {
      const [x, y] = [`LOAD1(first + (${a}))`, `LOAD1(first + (${b}))`]
      return `(${x} > ${y} || (${x} == ${y} && (${a}) < (${b})))`
    },
    read: (place) => `READ0(first + (${place}))`,
    store: (place, item) => `STORE0(first + (${place}), ${item})`,
    // What isn't a number isn't above any bound.
    skip: `!(LOAD1(first + item) > ${score ?? "-INFINITY"})`,
  })}
  int kept = 0;
  for (int n = 0; n < count && kept < ${argument(most)}; n++) {
    const int box = READ0(first + n);
    int isKept = 1;
    for (int m = 0; m < kept && isKept; m++)
      isKept = !(KERNEL_overlap(in0, image + box * 4, image + READ0(first + m) * 4) > ${overlap ?? "0.0f"});
    if (isKept) STORE0(first + kept++, box);
  }
  STORE1(i, kept);`,
    },
  ) as [Tensor, Tensor]
  const [sum] = await builder.elements(builder.reduce(sizes, "sum", [0]), [chosen, sizes])
  const total = Number(sum)
  if (total === 0) return builder.constant("int64", [0, 3], [])
  const [result] = builder.custom([chosen, sizes], [{ type: "int64", shape: [total, 3] }], {
    items: lists,
    body: `
  const int classes = ${argument(classes)};
  int to = 0;
  for (int list = 0; list < i; list++) to += LOAD1(list);
  for (int n = 0; n < LOAD1(i) && to < ${argument(total)}; n++, to++) {
    STORE0(to * 3, i / classes);
    STORE0(to * 3 + 1, i % classes);
    STORE0(to * 3 + 2, LOAD0(i * ${argument(count)} + n));
  }`,
  })
  return result as Tensor
}

export const boxes: OperatorTable = { NonMaxSuppression: nonMaxSuppression }
