/** Defines the type that what has to be exact is computed in: double, or float on devices without. */
export const real = `
#ifdef cl_khr_fp64
#define KERNEL_REAL double
#else
#define KERNEL_REAL float
#endif
`
