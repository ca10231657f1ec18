/** The OpenCL drivers that scripts/drivers.mjs installed, as variables to start a process with. */
const drivers: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  process.env.STRONGROOM_OPENCL_DRIVERS ?? "{}",
)

/** A driver's variables, or none where it isn't installed. */
export const driver = (name: string): Readonly<Record<string, string>> => drivers[name] ?? {}

/** Why tests on this driver can't run here, if so. In CI on Linux they run, and fail where it is missing. */
export function missing(name: string): string | undefined {
  if (process.platform !== "linux") return "drivers for tests are for Linux"
  return process.env.CI || drivers[name] !== undefined ? undefined : notInstalled(name)
}

/** The same for a driver of 0.8 GB, which only the full form of the tests installs. */
export const missingInFull = (name: string): string | undefined =>
  drivers[name] === undefined ? notInstalled(name) : undefined

const notInstalled = (name: string) => `no driver ${name}: node scripts/drivers.mjs ${name}`
