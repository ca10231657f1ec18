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
  largestGroup: 4096,
  localMemory: 1 << 20,
  hasDouble: true,
})

/** A GPU as computers have them. PoCL runs its kernels, too: what they compute doesn't depend on the device. */
export const gpu: KernelDevice = {
  kind: "gpu",
  vectorWidth: 4,
  computeUnits: 108,
  largestGroup: 1024,
  localMemory: 48 << 10,
  hasDouble: true,
}
