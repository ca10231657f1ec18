import { random } from "../filled.js"
import { shape, testVolumes, volumes } from "./volume-graph.js"

testVolumes("windows", {
  "pads of six kinds": volumes([8, 6, 3, 3, 3], { pads: [0, 1, 2, 2, 0, 1] }),
  "pads in front alone": volumes([8, 6, 2, 1, 1], { pads: [1, 0, 0, 0, 0, 0] }),
  "pads behind alone": volumes([8, 6, 1, 1, 1], { pads: [0, 0, 0, 1, 0, 0] }),
  "pads around one slice of the kernel": volumes([8, 6, 1, 3, 3], { pads: [2, 1, 1, 1, 1, 1] }),
  "pads wider than the kernel": volumes([8, 6, 2, 2, 2], { pads: [3, 3, 3, 3, 3, 3] }),
  "strides of three kinds": volumes([8, 6, 3, 3, 3], { strides: [2, 3, 1], pads: [1, 1, 1, 1, 1, 1] }),
  "strides wider than the kernel": volumes([8, 6, 1, 1, 1], { strides: [3, 2, 4] }),
  "strides of slices alone": volumes([8, 6, 1, 1, 1], { strides: [2, 1, 1] }),
  "strides of columns alone": volumes([8, 6, 1, 1, 1], { strides: [1, 1, 2] }),
  "dilations of three kinds": volumes([8, 6, 2, 2, 3], { dilations: [3, 2, 1], pads: [1, 1, 0, 2, 0, 1] }),
  "dilations, strides and pads along slices": volumes([8, 6, 3, 1, 1], {
    dilations: [2, 1, 1],
    strides: [2, 1, 1],
    pads: [3, 0, 0, 1, 0, 0],
  }),
  "dilations of a kernel that has no slices": volumes([8, 6, 1, 3, 3], {
    dilations: [7, 1, 2],
    pads: [0, 1, 2, 0, 1, 2],
  }),
  "a kernel of even sides, SAME_UPPER": volumes([8, 6, 2, 4, 2], { auto_pad: "SAME_UPPER" }),
  "a kernel of even sides, SAME_LOWER": volumes([8, 6, 2, 4, 2], { auto_pad: "SAME_LOWER" }),
  "SAME_UPPER with strides": volumes([8, 6, 3, 3, 3], { auto_pad: "SAME_UPPER", strides: [2, 2, 3] }),
  "SAME_LOWER with strides": volumes([8, 6, 3, 2, 3], { auto_pad: "SAME_LOWER", strides: [2, 2, 3] }),
  VALID: volumes([8, 6, 3, 2, 3], { auto_pad: "VALID", strides: [1, 2, 3] }),
  "a kernel as large as the images": volumes([8, 6, 5, 7, 9]),
  "a kernel of all slices": volumes([8, 6, 5, 1, 1]),
  "a kernel of all rows": volumes([8, 6, 1, 7, 1]),
  "a kernel of columns": volumes([8, 6, 1, 1, 3], { pads: [0, 0, 1, 0, 0, 1] }),
  "a kernel of slices and columns": volumes([8, 6, 3, 1, 3], { pads: [1, 0, 1, 1, 0, 1] }),
  "a kernel of slices and rows": volumes([8, 6, 3, 3, 1], { pads: [1, 1, 0, 1, 1, 0] }),
  "a kernel without a bias": volumes([20, 6, 3, 3, 3], {}, { bias: false }),
  "weights that are an input": {
    inputs: { x: random(shape, 1), w: random([8, 6, 2, 3, 2], 2) },
    build: (apply) => ({ [apply("Conv", ["x", "w"], { pads: [1, 1, 1, 0, 1, 0] })]: 5 }),
  },
})
