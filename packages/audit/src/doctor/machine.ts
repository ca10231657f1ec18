import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs"
import { homedir } from "node:os"
import { join, resolve } from "node:path"
import type { Platform } from "@strongroom/surfaces"

/** The machine that is looked at, by files and variables only. */
export interface Machine {
  /** What stands for `/`: files of the system are looked for below it. */
  readonly root: string
  readonly platform: Platform
  readonly environment: { readonly [name: string]: string | undefined }
  /** Where programs are run, whole. */
  readonly folder: string
  readonly home: string
}

export function machineOf(settings: Partial<Omit<Machine, "home">>): Machine {
  const { root = "/", platform = platformHere(), environment = process.env, folder = process.cwd() } = settings
  return { root, platform, environment, folder: resolve(folder), home: environment.HOME || homedir() }
}

function platformHere(): Platform {
  return process.platform === "win32" ? "windows" : process.platform === "darwin" ? "macos" : "linux"
}

/** A variable's value; one that is empty counts as none. */
export function variableOf({ environment }: Machine, name: string): string | undefined {
  return environment[name] || undefined
}

/**
 * Where a path leads as an entry of @strongroom/surfaces writes it: `~/` is the user's home, what is relative is in the
 * working folder, all else is the system's.
 */
export function pathOn({ root, home, folder }: Machine, path: string): string {
  if (path === "~" || path.startsWith("~/")) return join(home, path.slice(1))
  return path.startsWith("/") ? join(root, path) : join(folder, path)
}

/** The file's text without what is around it; undefined where it can't be read. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim()
  } catch {
    return undefined
  }
}

export function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"))
  } catch {
    return undefined
  }
}

/** In the order of the alphabet; none where there is no such folder. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

/** Where links lead; the path itself where they lead nowhere. */
export function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** The files that a path means whose last name may have `*` in it. */
export function filesLike(path: string): string[] {
  if (!path.includes("*")) return existsSync(path) ? [path] : []
  const cut = path.lastIndexOf("/")
  const [folder, pattern] = [path.slice(0, cut), path.slice(cut + 1)]
  const source = pattern.split("*").map((part) => part.replace(/[.+^${}()|[\]\\?]/g, "\\$&"))
  const expression = new RegExp(`^${source.join(".*")}$`)
  return namesIn(folder)
    .filter((name) => expression.test(name))
    .map((name) => join(folder, name))
}
