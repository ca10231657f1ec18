import { integers } from "../../operators/network-runner.js"
import type { Apply } from "../against-onnxruntime.js"
import { random } from "../filled.js"
import { followed, testVolumes } from "./volume-graph.js"

const slice = (apply: Apply, name: string, from: number, to: number, axis: number, step = 1) =>
  apply("Slice", [name, integers(from), integers(to), integers(axis), integers(step)])

testVolumes("results joined, cut or in another order", {
  "slices after one another": followed(20, (apply, made) =>
    apply("Concat", [made, apply("Relu", [made])], { axis: 2 }),
  ),
  "channels after one another, of blocks and others": followed(16, (apply, made) =>
    apply("Concat", [made, slice(apply, made, 3, 8, 1), apply("Relu", [made])], { axis: 1 }),
  ),
  "images after one another": followed(16, (apply, made) =>
    apply("Concat", [made, apply("Relu", [made])], { axis: 0 }),
  ),
  "channels of one image after one another": followed(
    16,
    (apply, made) => apply("Concat", [made, apply("Conv", ["x", random([16, 6, 3, 3, 3], 8)])], { axis: 1 }),
    { from: [1, 6, 5, 7, 9] },
  ),
  "channels in another order": followed(
    16,
    (apply, made) => {
      const cut = apply("Transpose", [apply("Reshape", [made, integers(1, 4, 4, 3, 5, 7)])], {
        perm: [0, 2, 1, 3, 4, 5],
      })
      return apply("Conv", [apply("Reshape", [cut, integers(1, 16, 3, 5, 7)]), random([9, 16, 2, 2, 2], 8)])
    },
    { from: [1, 6, 5, 7, 9] },
  ),
  "channels and slices in another order": followed(
    16,
    (apply, made) =>
      apply("Conv", [apply("Transpose", [made], { perm: [0, 2, 1, 3, 4] }), random([9, 16, 2, 2, 2], 8)]),
    { from: [1, 6, 18, 7, 9] },
  ),
  "slices as rows of images of two axes": followed(
    16,
    (apply, made) =>
      apply("Conv", [apply("Reshape", [made, integers(2, 16, 15, 7)]), random([9, 16, 3, 3], 8)], {
        pads: [1, 1, 1, 1],
      }),
    { rank: 4 },
  ),
  "slices as images of their own": followed(
    16,
    (apply, made) => {
      const images = apply("Reshape", [apply("Transpose", [made], { perm: [0, 2, 1, 3, 4] }), integers(6, 16, 5, 7)])
      return apply("Conv", [images, random([9, 16, 3, 3], 8)], { pads: [1, 1, 1, 1] })
    },
    { rank: 4 },
  ),
  "every second slice": followed(16, (apply, made) =>
    apply("Conv", [slice(apply, made, 0, 3, 2, 2), random([9, 16, 1, 3, 3], 8)]),
  ),
})
