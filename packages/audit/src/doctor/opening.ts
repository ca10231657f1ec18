import type { Surface } from "@strongroom/surfaces"
import { filesLike, type Machine, pathOn, variableOf } from "./machine.js"
import type { Reason } from "./surface-state.js"

/** Everybody has these: what they lead to is in where a surface writes. */
const everybodys = /^(PATH|HOME|TMPDIR|TMP|TEMP|USERPROFILE|APPDATA|LOCALAPPDATA|XDG_\w+)$/

const off = new Set(["0", "false", "off", "no", "none", "disabled"])

/** Variables of which 0 is what opens. */
const openAtZero = new Set(["POCL_CPU_JIT"])

/** Variables that close a surface whatever their value; its entry says so in words. */
const alsoClosing: { readonly [id: string]: readonly string[] } = {
  "ort-telemetry": ["CI", "GITHUB_ACTIONS", "TF_BUILD"],
}

/** The variables that are set, and that closing the surface would take away or change. */
export function openingVariables({ trigger, neutralise }: Surface, machine: Machine): Reason[] {
  const { set, privateDirectories, unset, unsetPrefixes } = neutralise
  const matters = (name: string) =>
    name in set ||
    privateDirectories.includes(name) ||
    unset.includes(name) ||
    unsetPrefixes.some((prefix) => name.startsWith(prefix))
  return Object.entries(trigger.variables).flatMap(([pattern, says]) =>
    namesLike(pattern, machine).flatMap((name): Reason[] => {
      const value = variableOf(machine, name)
      if (value === undefined || everybodys.test(name) || !matters(name)) return []
      if (value === set[name] || (off.has(value.toLowerCase()) && !openAtZero.has(name))) return []
      return namesFlag(value, says) ? [{ kind: "variable", name, value }] : []
    }),
  )
}

/** `CLI_*` stands for all with that beginning. */
function namesLike(pattern: string, { environment }: Machine): string[] {
  if (!pattern.endsWith("*")) return [pattern]
  return Object.keys(environment).filter((name) => name.startsWith(pattern.slice(0, -1)))
}

/**
 * Of variables that hold options of programs, NODE_OPTIONS or XLA_FLAGS, only the options that the entry lists matter. Lists
 * that end with dots, and values that aren't options (XLA_FLAGS may name a file), may mean anything.
 */
function namesFlag(value: string, says: string): boolean {
  const flags = says.match(/--[\w-]+/g)
  if (!flags || says.includes("...") || !value.trimStart().startsWith("-")) return true
  return flags.some((flag) => value.includes(flag))
}

/** The variables that close the surface, where all are as they must be. */
export function closingVariables({ id, neutralise }: Surface, machine: Machine): Reason[] | undefined {
  const reason = (name: string): Reason => ({ kind: "variable", name, value: variableOf(machine, name) ?? "" })
  const also = alsoClosing[id]?.find((name) => variableOf(machine, name) !== undefined)
  if (also !== undefined) return [reason(also)]
  const values = Object.entries(neutralise.set)
  if (values.length === 0 || neutralise.privateDirectories.length > 0) return undefined
  if (values.some(([name, value]) => machine.environment[name] !== value)) return undefined
  return values.map(([name]) => reason(name))
}

/**
 * Files whose presence opens it: those that an entry wants refused, and what lies in the working folder. What follows the
 * path in an entry is a remark, `directory` before it a kind.
 */
export function openingFiles({ trigger, neutralise }: Surface, machine: Machine): Reason[] {
  const paths = trigger.files.flatMap((file) => {
    const [path = ""] = file.replace(/^directory /, "").split(" ")
    return /^(~|\.)?\//.test(path) && (neutralise.refuse.includes(file) || path.startsWith("./")) ? [path] : []
  })
  return paths.flatMap((path) => filesLike(pathOn(machine, path))).map((path) => ({ kind: "file", path }))
}
