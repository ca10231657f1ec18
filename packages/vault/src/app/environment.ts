/** What is the same in every vault on POSIX systems. */
const fixed = { PATH: "/usr/bin:/bin", LANG: "C.UTF-8" } as const

/** Every variable by which programs find a place to write. */
const places = [
  ...["HOME", "TMPDIR", "TMP", "TEMP"],
  ...["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"],
]

/** On Windows, Node and the system's libraries need these, and the user's folders have names of their own. */
const windowsKept = ["SystemRoot", "SystemDrive", "windir", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE"]
const windowsPlaces = ["USERPROFILE", "APPDATA", "LOCALAPPDATA"]

/**
 * The vault's whole environment, built from nothing: only what is listed here is in it, whatever the app's own holds.
 *
 * @throws TypeError when the backend asks for a name that the vault sets itself.
 */
export function vaultEnvironment(
  directory: string,
  needed: { readonly [name: string]: string } = {},
): { readonly [name: string]: string } {
  const windows = process.platform === "win32"
  const environment: Record<string, string> = windows ? windowsBase() : { ...fixed }
  for (const name of windows ? [...places, ...windowsPlaces] : places) environment[name] = directory
  const taken = new Set(Object.keys(environment).map((name) => name.toUpperCase()))
  for (const [name, value] of Object.entries(needed)) {
    if (taken.has(name.toUpperCase())) {
      throw new TypeError(`The backend's needs.environment sets ${name}, which the vault sets itself: remove it there`)
    }
    environment[name] = value
  }
  return environment
}

function windowsBase(): Record<string, string> {
  const root = process.env.SystemRoot ?? "C:\\Windows"
  const kept = windowsKept.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return { ...Object.fromEntries(kept), PATH: `${root}\\System32;${root}` }
}
