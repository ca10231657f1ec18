import type { KernelDevice } from "../../src/kernels/kernel-device.js"

/**
 * Widths that kernels are written for: of AVX2, where a block of channels is several vectors, and of AVX-512, where it is
 * one. A compiler makes any of them run on any device.
 */
export const vectorWidths = [8, 16] as const

export const deviceOf = (vectorWidth: KernelDevice["vectorWidth"]): KernelDevice => ({
  kind: "cpu",
  vectorWidth,
  computeUnits: 2,
  localMemory: 1 << 20,
  hasDouble: true,
})
