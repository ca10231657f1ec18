import { followed, testVolumes } from "./volume-graph.js"

testVolumes("means and pools behind them", {
  "a mean of rows and columns": followed(20, (apply, made) => apply("ReduceMean", [made], { axes: [3, 4] })),
  "a mean of channels and all": followed(20, (apply, made) => apply("ReduceMean", [made], { axes: [1, 2, 3] })),
  "a mean of slices": followed(20, (apply, made) => apply("ReduceMean", [made], { axes: [2], keepdims: 0 }), {
    rank: 4,
  }),
  "a mean of all, by axes out of order": followed(
    20,
    (apply, made) => apply("ReduceMean", [made], { axes: [4, 2, 3], keepdims: 0 }),
    { rank: 2 },
  ),
  "a pool of slices, rows and columns": followed(
    20,
    (apply, made) =>
      apply("MaxPool", [made], { kernel_shape: [2, 3, 2], strides: [2, 1, 3], pads: [1, 0, 1, 0, 1, 0] }),
    { padded: true },
  ),
  "a pool with ceil_mode": followed(
    20,
    (apply, made) => apply("AveragePool", [made], { kernel_shape: [2, 3, 2], strides: [2, 2, 2], ceil_mode: 1 }),
    { padded: true },
  ),
  "the largest of all": followed(20, (apply, made) => apply("GlobalMaxPool", [made])),
})
