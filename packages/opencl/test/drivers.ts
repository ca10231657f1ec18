/** The drivers that scripts/drivers.mjs installed, as variables to start a process with. */
export const drivers: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  process.env.STRONGROOM_OPENCL_DRIVERS ?? "{}",
)

/** A driver's variables on top of this process's. @throws Error where it isn't installed: look in `drivers` first */
export function environmentFor(name: string): NodeJS.ProcessEnv {
  const variables = drivers[name]
  if (variables === undefined) throw new Error(`There is no driver ${name}: run node scripts/drivers.mjs ${name}.`)
  return { ...process.env, ...variables }
}
