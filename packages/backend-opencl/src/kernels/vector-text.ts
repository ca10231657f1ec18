/** OpenCL C for vectors of floats, in the widths that devices have. */

/** Text for each number from 0. */
export const lines = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join("\n")

/** A type of OpenCL C. */
export const vectorType = (width: number): string => (width === 1 ? "float" : `float${width}`)

/** An expression that reads a vector, in a kernel that begins with `vectorFunctions`. */
export const load = (width: number, pointer: string): string => `KERNEL_load${width}(${pointer})`

/** A statement that writes a vector, in a kernel that begins with `vectorFunctions`. */
export const store = (width: number, value: string, pointer: string): string =>
  `KERNEL_store${width}(${value}, ${pointer});`

/** A statement that asks for memory ahead of its use, where the compiler knows how. The address may be any. */
export const prefetch = (pointer: string): string => `KERNEL_prefetch(${pointer});`

/**
 * What kernels begin with. OpenCL's own vload and vstore are made of several instructions on PoCL: it has them from parts
 * of a vector. A vector type that may lie anywhere is read and written by one.
 */
export const vectorFunctions = (width: number): string => `
typedef float${width} KERNEL_anywhere${width} __attribute__((aligned(4)));
${["__global", "__local", "__private"]
  .map(
    (space) => `
static inline __attribute__((overloadable)) float${width} KERNEL_load${width}(${space} const float *source) {
  return *(${space} const KERNEL_anywhere${width} *)source;
}
static inline __attribute__((overloadable)) void KERNEL_store${width}(const float${width} value, ${space} float *target) {
  *(${space} KERNEL_anywhere${width} *)target = value;
}`,
  )
  .join("")}
#if defined(__has_builtin)
#if __has_builtin(__builtin_prefetch)
#define KERNEL_prefetch(pointer) __builtin_prefetch(pointer)
#endif
#endif
#ifndef KERNEL_prefetch
#define KERNEL_prefetch(pointer)
#endif
`
