import { constants as CL } from "../native/index.js"

/** The names of the flags in a set, in the order of the table. */
export type FlagNames = Readonly<Record<string, number>>

export const deviceTypes = {
  CPU: CL.DEVICE_TYPE_CPU,
  GPU: CL.DEVICE_TYPE_GPU,
  accelerator: CL.DEVICE_TYPE_ACCELERATOR,
  custom: CL.DEVICE_TYPE_CUSTOM,
  default: CL.DEVICE_TYPE_DEFAULT,
} satisfies FlagNames

export const floatCapabilities = {
  denormals: CL.FP_DENORM,
  "infinity and NaN": CL.FP_INF_NAN,
  "round to nearest": CL.FP_ROUND_TO_NEAREST,
  "round to zero": CL.FP_ROUND_TO_ZERO,
  "round to infinity": CL.FP_ROUND_TO_INF,
  "fused multiply-add": CL.FP_FMA,
  "in software": CL.FP_SOFT_FLOAT,
} satisfies FlagNames

/** OpenCL has this flag for floats alone: doubles are always rounded so. */
export const singleFloatCapabilities = {
  ...floatCapabilities,
  "correctly rounded division and square root": CL.FP_CORRECTLY_ROUNDED_DIVIDE_SQRT,
} satisfies FlagNames

export const svmCapabilities = {
  "coarse-grained buffers": CL.DEVICE_SVM_COARSE_GRAIN_BUFFER,
  "fine-grained buffers": CL.DEVICE_SVM_FINE_GRAIN_BUFFER,
  "all host memory": CL.DEVICE_SVM_FINE_GRAIN_SYSTEM,
  atomics: CL.DEVICE_SVM_ATOMICS,
} satisfies FlagNames

export const queueProperties = {
  "out of order": CL.QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE,
  profiling: CL.QUEUE_PROFILING_ENABLE,
} satisfies FlagNames

export const atomicCapabilities = {
  relaxed: CL.DEVICE_ATOMIC_ORDER_RELAXED,
  "acquire and release": CL.DEVICE_ATOMIC_ORDER_ACQ_REL,
  "sequentially consistent": CL.DEVICE_ATOMIC_ORDER_SEQ_CST,
  "by work-item": CL.DEVICE_ATOMIC_SCOPE_WORK_ITEM,
  "by work-group": CL.DEVICE_ATOMIC_SCOPE_WORK_GROUP,
  "by device": CL.DEVICE_ATOMIC_SCOPE_DEVICE,
  "by all devices": CL.DEVICE_ATOMIC_SCOPE_ALL_DEVICES,
} satisfies FlagNames

export function namesOf(flags: number, table: FlagNames): string[] {
  // By division, because JavaScript's & is of 32 bits.
  return Object.entries(table).flatMap(([name, flag]) => (Math.floor(flags / flag) % 2 === 1 ? [name] : []))
}
