import { integers, tensor } from "../../operators/network-runner.js"
import { random } from "../filled.js"
import { followed, testVolumes } from "./volume-graph.js"

testVolumes("convolutions, sizes and pads behind them", {
  "two convolutions, the second of results of the first alone": followed(
    20,
    (apply, made) => apply("Conv", [apply("Relu", [made]), random([9, 20, 2, 1, 3], 5)], { strides: [2, 1, 1] }),
    { padded: true },
  ),
  "what a second convolution and others use": followed(
    20,
    (apply, made) => apply("Add", [apply("Conv", [made, random([20, 20, 1, 1, 1], 5)]), apply("Sigmoid", [made])]),
    { padded: true },
  ),
  "a transposed convolution": followed(16, (apply, made) =>
    apply("ConvTranspose", [made, random([16, 5, 2, 3, 2], 8)], { strides: [2, 1, 2], pads: [0, 1, 0, 1, 0, 0] }),
  ),
  "a transposed convolution before": {
    inputs: { x: random([1, 5, 3, 4, 5], 1) },
    build(apply) {
      const made = apply("ConvTranspose", ["x", random([5, 16, 2, 2, 2], 8)], { strides: [2, 2, 2] })
      return { [apply("Conv", [made, random([9, 16, 3, 3, 3], 4)], { pads: [1, 1, 1, 1, 1, 1] })]: 5 }
    },
  },
  "Resize of rows alone": followed(16, (apply, made) =>
    apply("Resize", [made, "", tensor("float32", [5], [1, 1, 1, 2, 1])], { mode: "linear" }),
  ),
  "Pad of edges": followed(16, (apply, made) =>
    apply("Pad", [made, integers(0, 0, 1, 2, 0, 0, 0, 2, 0, 1)], { mode: "edge" }),
  ),
  "Pad of channels": followed(16, (apply, made) => apply("Pad", [made, integers(0, 1, 0, 0, 0, 0, 2, 0, 0, 0)])),
})
