import { testVolumes, volumes } from "./volume-graph.js"

testVolumes("groups of channels, and lengths of one or none", {
  "groups of two channels": volumes([9, 2, 3, 3, 3], { group: 3, pads: [1, 1, 1, 1, 1, 1] }),
  "groups of whole blocks": volumes(
    [32, 16, 2, 3, 1],
    { group: 2, pads: [1, 1, 0, 0, 1, 0] },
    { from: [1, 32, 4, 5, 6] },
  ),
  "groups of single channels": volumes([6, 1, 3, 3, 3], { group: 6, pads: [1, 1, 1, 1, 1, 1] }),
  "groups of single channels, with strides and pads of many kinds": volumes(
    [19, 1, 2, 3, 2],
    { group: 19, pads: [2, 0, 1, 0, 2, 1], strides: [2, 1, 3], dilations: [2, 1, 1] },
    { from: [2, 19, 5, 7, 9] },
  ),
  "groups of single channels along slices": volumes(
    [19, 1, 3, 1, 1],
    { group: 19, pads: [1, 0, 0, 1, 0, 0] },
    { from: [2, 19, 5, 7, 9] },
  ),
  "groups of single channels, SAME_LOWER": volumes([6, 1, 2, 2, 2], { group: 6, auto_pad: "SAME_LOWER" }),
  "groups with two results of each channel": volumes([12, 1, 3, 1, 3], { group: 6, pads: [1, 0, 1, 1, 0, 1] }),
  "groups of single pixels": volumes([9, 2, 1, 1, 1], { group: 3 }),
  "one slice": volumes([8, 6, 3, 3, 3], { pads: [1, 1, 1, 1, 1, 1] }, { from: [2, 6, 1, 7, 9] }),
  "one row": volumes([8, 6, 3, 3, 3], { pads: [1, 1, 1, 1, 1, 1] }, { from: [2, 6, 5, 1, 9] }),
  "one column": volumes([8, 6, 3, 3, 3], { pads: [1, 1, 1, 1, 1, 1] }, { from: [2, 6, 5, 7, 1] }),
  "one pixel": volumes([8, 6, 3, 3, 3], { pads: [1, 1, 1, 1, 1, 1] }, { from: [2, 6, 1, 1, 1] }),
  "one channel": volumes([17, 1, 3, 2, 3], {}, { from: [2, 1, 5, 7, 9] }),
  "many channels": volumes([33, 40, 2, 2, 2], {}, { from: [1, 40, 3, 4, 5] }),
  "no images": volumes([8, 6, 3, 3, 3], {}, { from: [0, 6, 5, 7, 9] }),
})
