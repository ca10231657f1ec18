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
 * What makes the dynamic loader, the C library, Node, OpenSSL or a language's runtime load code or data from elsewhere,
 * resolve names by other servers, or change how memory is used: no backend may set it, not even to a path of its own
 * (an engine's libraries find each other by their run path, not by LD_LIBRARY_PATH). The C library's are those that glibc
 * removes from privileged programs (sysdeps/generic/unsecvars.h).
 */
const refused: readonly RegExp[] = [
  /^(LD|DYLD|MALLOC|MEMUSAGE|RES|RESOLV)_/,
  /^(GLIBC_TUNABLES|GCONV_PATH|GETCONF_DIR|HOSTALIASES|LOCALDOMAIN|LOCPATH|NIS_PATH|NLSPATH|TZDIR)$/,
  /^(NODE|NPM_CONFIG|UV|OPENSSL|SSL)_/,
  /^(BASH_.*|ENV|IFS|SHELL|SHELLOPTS|PROMPT_COMMAND)$/,
  /^(PYTHON|PERL|RUBY|JAVA_|_JAVA_|JDK_|CLASSPATH|DOTNET_|CORECLR_|COR_)/,
]

/**
 * The vault's whole environment, built from nothing: only what is listed here is in it, whatever the app's own holds.
 *
 * @throws TypeError when the backend asks for a name that the vault sets itself, for one that decides what code is loaded
 * (such as `NODE_OPTIONS` or `LD_LIBRARY_PATH`), or for what no variable can be.
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
    const fault = faultOf(name, value, taken)
    if (fault) throw new TypeError(`The backend's needs.environment sets ${name}, ${fault}: remove it there`)
    environment[name] = value
  }
  return environment
}

/** Names are compared as Windows does, whose variables have no case. */
function faultOf(name: string, value: unknown, taken: ReadonlySet<string>): string | undefined {
  const upper = name.toUpperCase()
  if (taken.has(upper)) return "which the vault sets itself"
  if (refused.some((pattern) => pattern.test(upper))) return "which decides what code and data a process loads"
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return "which can't be a variable's name"
  if (typeof value !== "string" || value.includes("\0")) return "whose value isn't a text without zeros"
  return undefined
}

function windowsBase(): Record<string, string> {
  const root = process.env.SystemRoot ?? "C:\\Windows"
  const kept = windowsKept.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return { ...Object.fromEntries(kept), PATH: `${root}\\System32;${root}` }
}
