/** Variables to start a process with, by the names of the OpenCL drivers that scripts/drivers.mjs installed. */
export const drivers: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  process.env.STRONGROOM_OPENCL_DRIVERS ?? "{}",
)

/** A driver's variables, or none where it isn't installed. */
export const driver = (name: string): Readonly<Record<string, string>> => drivers[name] ?? {}

/** Why tests on this driver can't run here, if so. In CI on Linux they run, and fail where it is missing. */
export function missingDriver(name: string): string | undefined {
  if (process.platform !== "linux") return "drivers for tests are for Linux"
  return process.env.CI ? undefined : missingLargeDriver(name)
}

/** The same for a driver of 0.8 GB, which only the full form of the tests installs. */
export const missingLargeDriver = (name: string): string | undefined =>
  drivers[name] === undefined ? notInstalled(name) : undefined

/** A driver's variables on top of this process's. @throws Error where it isn't installed: look in `drivers` first */
export function environmentFor(name: string): NodeJS.ProcessEnv {
  const variables = drivers[name]
  if (variables === undefined) throw new Error(notInstalled(name))
  return { ...process.env, ...variables }
}

/** Options of `opencl()` by which it finds the driver alone. */
export function optionsFor(name: string): { drivers?: string; library?: string } {
  const { OCL_ICD_VENDORS: folder, STRONGROOM_OPENCL_LIBRARY: library } = driver(name)
  return { ...(folder && { drivers: folder }), ...(library && { library }) }
}

const notInstalled = (name: string) => `no driver ${name}: node scripts/drivers.mjs ${name}`
