import { filled, random } from "../filled.js"
import { followed, testVolumes } from "./volume-graph.js"

testVolumes("numbers and normalisations behind them", {
  "numbers for each slice": followed(20, (apply, made) => apply("Mul", [made, random([3, 1, 1], 5)])),
  "numbers for each row": followed(20, (apply, made) =>
    apply("Add", [random([5, 1], 5), apply("Mul", [made, random([1, 1, 3, 5, 1], 6)])]),
  ),
  "numbers for each image": followed(20, (apply, made) => apply("Mul", [made, random([2, 1, 1, 1, 1], 5)])),
  "numbers for each image and channel": followed(20, (apply, made) =>
    apply("Mul", [made, random([2, 20, 1, 1, 1], 5)]),
  ),
  "numbers for each image and pixel": followed(20, (apply, made) => apply("Mul", [made, random([2, 1, 3, 5, 7], 5)])),
  "numbers with an axis more": followed(20, (apply, made) => apply("Mul", [made, random([2, 1, 1, 1, 1, 1], 5)]), {
    rank: 6,
  }),
  "squeeze and excitation": followed(20, (apply, made) =>
    apply("Mul", [made, apply("Sigmoid", [apply("GlobalAveragePool", [made])])]),
  ),
  "a normalisation of images": followed(16, (apply, made) =>
    apply("InstanceNormalization", [made, random([16], 5), random([16], 6)]),
  ),
  "a normalisation by numbers that are known": followed(16, (apply, made) =>
    apply("BatchNormalization", [
      made,
      random([16], 5),
      random([16], 6),
      random([16], 7),
      filled([16], (index) => index + 0.5),
    ]),
  ),
  "PRelu with a slope for each channel": followed(16, (apply, made) =>
    apply("PRelu", [made, random([16, 1, 1, 1], 5)]),
  ),
  "a softmax of channels": followed(16, (apply, made) => apply("Softmax", [made], { axis: 1 })),
  "a choice by the sign": followed(16, (apply, made) =>
    apply("Where", [apply("Greater", [made, random([7], 5)]), made, random([3, 5, 7], 6)]),
  ),
})
