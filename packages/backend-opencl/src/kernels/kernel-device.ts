/** What kernels are written for. */
export interface KernelDevice {
  readonly kind: "cpu" | "gpu"
  /** Floats in a vector register: 16 with AVX-512, 8 with AVX2, else 4 (CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT). */
  readonly vectorWidth: 4 | 8 | 16
  /** Work-groups that run at the same time (CL_DEVICE_MAX_COMPUTE_UNITS). */
  readonly computeUnits: number
  /** Work-items of a group, at most (CL_DEVICE_MAX_WORK_GROUP_SIZE). */
  readonly largestGroup: number
  /** Bytes of local memory (CL_DEVICE_LOCAL_MEM_SIZE): CPU drivers give a core's own cache as such. */
  readonly localMemory: number
  /** Whether it computes with 64-bit floats. */
  readonly hasDouble: boolean
}

/** Vector registers that there are, by their width: x86-64's, and AArch64's for the narrowest. */
export const registerCounts = { 4: 32, 8: 16, 16: 32 } as const
