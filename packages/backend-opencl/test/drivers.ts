/** The OpenCL drivers that scripts/drivers.mjs installed, as variables to start a process with. */
const drivers: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  process.env.STRONGROOM_OPENCL_DRIVERS ?? "{}",
)

/** A driver's variables, or none where it isn't installed. */
export const driver = (name: string): Readonly<Record<string, string>> => drivers[name] ?? {}

/** Why tests on this driver can't run here, if so. In CI on Linux they run, and fail where it is missing. */
export function missing(name: string): string | undefined {
  if (process.platform !== "linux") return "drivers for tests are for Linux"
  return process.env.CI || drivers[name] !== undefined
    ? undefined
    : `no driver ${name}: node scripts/drivers.mjs ${name}`
}

/** Options of `opencl()` by which it finds the driver alone. */
export function optionsFor(name: string): { drivers?: string; library?: string } {
  const { OCL_ICD_VENDORS: drivers, STRONGROOM_OPENCL_LIBRARY: library } = driver(name)
  return { ...(drivers && { drivers }), ...(library && { library }) }
}
