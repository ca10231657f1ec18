/** The OpenCL drivers that scripts/drivers.mjs installed, as variables to start a process with. */
const drivers: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  process.env.STRONGROOM_OPENCL_DRIVERS ?? "{}",
)

/** A driver's variables, or none where it isn't installed. In CI a missing one must fail: tests run, without it. */
export const driver = (name: string): Readonly<Record<string, string>> => drivers[name] ?? {}

/** Why tests on this driver can't run here, if so. */
export const missing = (name: string): string | undefined =>
  drivers[name] !== undefined || process.env.CI ? undefined : `no driver ${name}: node scripts/drivers.mjs ${name}`
