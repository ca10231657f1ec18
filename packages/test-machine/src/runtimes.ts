import { execFileSync } from "node:child_process"
import { join } from "node:path"

/** Interpreters of Python, by the names of the runtimes that scripts/lib/runtimes.mjs installed for them. */
export const runtimes: Readonly<Record<string, string>> = JSON.parse(process.env.STRONGROOM_RUNTIMES ?? "{}")

/** Why tests on this runtime don't run here, if so. In the full form in CI they run, and fail where it is missing. */
export function missingRuntime(name: string): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "its wheels are for Linux on x64"
  if (!process.env.STRONGROOM_FULL) return "STRONGROOM_FULL"
  return process.env.CI || runtimes[name] !== undefined ? undefined : `no ${name}: npm run test:full installs it`
}

/** A file of a runtime's wheel, by its path below the folder of packages. @throws Error where it isn't installed */
export function runtimeFile(name: string, path: string): string {
  const interpreter = runtimes[name]
  if (interpreter === undefined) throw new Error(`no ${name}: npm run test:full installs it`)
  const code = 'import sysconfig; print(sysconfig.get_path("purelib"))'
  return join(execFileSync(interpreter, ["-c", code], { encoding: "utf8" }).trim(), path)
}
