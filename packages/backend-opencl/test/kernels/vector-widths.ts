import type { KernelDevice } from "../../src/kernels/kernel-device.js"

/** Every width that kernels are written for; a compiler makes any of them run on any device. */
export const vectorWidths = [4, 8, 16] as const

export const deviceOf = (vectorWidth: KernelDevice["vectorWidth"]): KernelDevice => ({
  kind: "cpu",
  vectorWidth,
  computeUnits: 2,
  localMemory: 1 << 20,
})
