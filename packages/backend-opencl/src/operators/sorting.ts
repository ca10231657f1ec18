import { argument } from "../codegen/size-arguments.js"
import type { Builder } from "../graph/builder.js"
import { cast, type Expression } from "../graph/expression.js"
import { axisOf, contiguousStrides, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { isFloat, type TensorType, tensorTypes } from "../graph/tensor-type.js"
import { orderCode } from "../kernels/heap.js"
import type { Operator, OperatorTable } from "./call.js"

/** Operators that sort. */

/** Slices of the first input, numbered along an axis, each of `size` elements. */
interface Slices {
  readonly type: TensorType
  readonly size: number
  /** OpenCL C: where element `e` of slice number `slice` is. */
  at(slice: string): string
}

/**
 * Functions: `KERNEL_compare` of slices from their first elements on, and `KERNEL_before`, to which slices that are alike
 * are in the order of their numbers. NaN comes after all numbers.
 */
function compareHelper({ type, size, at }: Slices, isDescending: boolean): string {
  const { stored, computed } = tensorTypes[type]
  const less = (a: string, b: string) =>
    isFloat(type) ? `(${a} < ${b} || (${a} == ${a} && ${b} != ${b}))` : `${a} < ${b}`
  const [first, second] = isDescending ? ["y", "x"] : ["x", "y"]
  return `
static int KERNEL_compare(__global const ${stored} *in0, int begin, int a, int b) {
  for (int e = 0; e < ${size}; e++) {
    const ${computed} x = LOAD0(${at("a")}), y = LOAD0(${at("b")});
    if (${less(first, second)}) return -1;
    if (${less(second, first)}) return 1;
  }
  return 0;
}
static int KERNEL_before(__global const ${stored} *in0, int begin, int a, int b) {
  const int order = KERNEL_compare(in0, begin, a, b);
  return order < 0 || (order == 0 && a < b);
}
`
}

const topK: Operator = async (node) => {
  const { builder, version } = node
  const x = node.input(0)
  const axis = axisOf(node.int("axis", -1), x.shape.length)
  const length = x.shape[axis] as number
  const most = version < 10 ? node.int("k") : (await node.integers(1))?.[0]
  if (most === undefined || most < 0 || most > length) throw node.broken("has a k that there aren't as many of")
  const shape = x.shape.with(axis, most)
  if (sizeOf(shape) === 0) return [builder.constant(x.type, shape, []), builder.constant("int64", shape, [])]
  const stride = contiguousStrides(x.shape)[axis] as number
  const place = (index: string) => `out + (${index}) * stride`
  return builder.custom(
    [x],
    [
      { type: x.type, shape },
      { type: "int64", shape },
    ],
    {
      items: x.size / length,
      helpers: compareHelper(
        { type: x.type, size: 1, at: (slice) => `begin + ${slice} * ${stride}` },
        node.int("largest", 1) === 1,
      ),
      body: `
  const int stride = ${argument(stride)}, length = ${argument(length)}, most = ${argument(most)};
  const int begin = i / stride * stride * length + i % stride;
  const int out = i / stride * stride * most + i % stride;${orderCode({
    length: "length",
    most: "most",
    before: (a, b) => `KERNEL_before(in0, begin, ${a}, ${b})`,
    read: (index) => `(int)READ1(${place(index)})`,
    store: (index, item) => `STORE1(${place(index)}, ${item})`,
  })}
  for (int n = 0; n < most; n++) STORE0(${place("n")}, LOAD0(begin + (int)READ1(${place("n")}) * stride));`,
    },
  )
}

const unique: Operator = async (node) => {
  const { builder } = node
  const given = node.input(0)
  const x = node.has("axis") ? given : builder.reshape(given, [given.size])
  const axis = axisOf(node.int("axis", 0), x.shape.length)
  const length = x.shape[axis] as number
  if (x.size === 0) {
    const none = builder.constant("int64", [0], [])
    if (length > 0) throw node.broken("compares slices without elements")
    return [x, none, none, none]
  }
  const groups = grouped(node.builder, x, axis, node.int("sorted", 1) === 1)
  const [number] = await builder.elements(groups.number, [groups.of, groups.first, groups.sizes])
  const count = Number(number)
  const inner = contiguousStrides(x.shape)[axis] as number
  const [result] = builder.custom([x, groups.first], [{ type: x.type, shape: x.shape.with(axis, count) }], {
    body: `
  const int size = ${argument(inner)}, count = ${argument(count)}, length = ${argument(length)};
  const int slice = i / size % count, outer = i / size / count;
  STORE0(i, LOAD0((outer * length + clamp(LOAD1(slice), 0, length - 1)) * size + i % size));`,
  })
  const wide = (tensor: Tensor, size: number) =>
    builder.elementwise([builder.view(tensor, [size], 0, [1])], (value) => cast("int64", value as Expression))
  return [result, wide(groups.first, count), wide(groups.of, length), wide(groups.sizes, count)]
}

/**
 * Slices that are alike, by one work-item: how many groups there are, and in the first elements of tensors that would do
 * for as many groups as slices, the first of each and its size; and the group of each slice.
 */
function grouped(builder: Builder, x: Tensor, axis: number, isSorted: boolean) {
  const length = x.shape[axis] as number
  const inner = contiguousStrides(x.shape)[axis] as number
  // Of a list nothing depends on how long it is.
  const at = (slice: string) =>
    x.size === length * inner
      ? `${slice} * ${inner} + e`
      : `(e / ${inner} * ${length} + ${slice}) * ${inner} + e % ${inner}`
  const list = { type: "int32", shape: [length] } as const
  // Results: 0 the number, 1 groups, 2 firsts, 3 sizes; 4 is the order, whose place is then that of groups' firsts in the
  // order of their elements, and 5 the names of groups.
  const renamed = `
  for (int n = 0; n < length; n++) if (READ4(READ1(n)) == n) STORE5(READ1(n), names++);`
  const named = `
  for (; names < groups; names++) STORE5(names, names);`
  const [number, of, first, sizes] = builder.custom(
    [x],
    [{ type: "int64", shape: [1] }, list, list, list, list, list],
    {
      items: 1,
      helpers: compareHelper({ type: x.type, size: x.size / length, at }, false),
      body: `
  const int length = ${argument(length)};${orderCode({
    length: "length",
    most: "length",
    before: (a, b) => `KERNEL_before(in0, 0, ${a}, ${b})`,
    read: (place) => `READ4(${place})`,
    store: (place, item) => `STORE4(${place}, ${item})`,
  })}
  int groups = 0, names = 0;
  for (int n = 0; n < length; n++) {
    const int slice = READ4(n);
    // The first of a group is the least, so that it tells the group from the one before.
    if (n == 0 || KERNEL_compare(in0, 0, READ4(groups - 1), slice) != 0) STORE4(groups++, slice);
    STORE1(slice, groups - 1);
  }${isSorted ? named : renamed}
  for (int n = 0; n < groups; n++) {
    STORE2(READ5(n), READ4(n));
    STORE3(n, 0);
  }
  for (int n = 0; n < length; n++) {
    const int name = READ5(READ1(n));
    STORE1(n, name);
    STORE3(name, READ3(name) + 1);
  }
  STORE0(0, groups);`,
    },
  )
  return { number, of, first, sizes } as { readonly [Name in "number" | "of" | "first" | "sizes"]: Tensor }
}

export const sorting: OperatorTable = { TopK: topK, Unique: unique }
