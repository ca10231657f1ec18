import { lstat, open, readdir, realpath, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { matchContent, matchPath } from "@strongroom/surfaces"
import { checkFolder } from "../files/check-place.js"
import { openPaths } from "./in-use.js"
import { type PlaceSettings, placesOf, type ResidueKind } from "./places.js"

/** Something that was left behind. */
export interface Residue {
  readonly path: string
  readonly kind: ResidueKind
  /** Of all files in it. */
  readonly byteLength: number
  readonly files: number
  readonly modified: Date
  /** Ids of the surfaces that write files of this name, or of the first ones in it. */
  readonly surfaces: readonly string[]
  /** Why it isn't removed: a process uses it, others own some of it, a link leads to it, or it can hold other things. */
  readonly kept?: "in use" | "of others" | "behind a link" | "named by a variable"
}

export interface SweepOptions extends Partial<PlaceSettings> {
  /** Further folders that were found: of vaults whose process ended, which @strongroom/vault knows. */
  readonly left?: readonly string[]
  readonly signal?: AbortSignal
}

interface Found {
  readonly kind: ResidueKind
  readonly byVariable?: true
}

/**
 * Finds what crashed programs, and programs without a vault, have left of this user's: caches, temporary files, dumps
 * and core files. Touches nothing.
 *
 * @throws StrongroomError `source-missing`, `source-unreadable` with `onlyFolders`, for a folder that can't be listed.
 */
export async function findResidue(options: SweepOptions = {}): Promise<Residue[]> {
  const { environment = process.env, folders = [process.cwd()], left = [], onlyFolders = false, signal } = options
  if (onlyFolders) for (const folder of folders) await checkFolder(folder)
  const found = new Map<string, Found>(left.map((path) => [path, { kind: "vault" }]))
  for (const place of placesOf({ environment, folders, onlyFolders })) {
    signal?.throwIfAborted()
    const names = place.names ? await namesIn(place.folder, place.names) : [""]
    for (const name of names) {
      const path = join(place.folder, name)
      if (found.has(path) || (place.core && !(await isCoreFile(path)))) continue
      if (!place.holds || (await holdsOnly(path, place.holds))) found.set(path, place)
    }
  }
  const used = await openPaths()
  const residues: Residue[] = []
  for (const [path, { kind, byVariable }] of found) {
    const residue = await describe(path, kind, used)
    if (residue) residues.push(byVariable ? { ...residue, kept: "named by a variable" } : residue)
  }
  // What lies in another is that one's.
  const whole = residues.filter(({ kept }) => kept !== "named by a variable")
  return residues
    .filter(({ path }) => !whole.some((other) => path.startsWith(`${other.path}/`)))
    .sort((one, other) => other.byteLength - one.byteLength)
}

/**
 * Removes what {@link findResidue} found, but nothing that is in use, of others, behind a link, or a whole folder that a
 * variable names. Links in it are removed and not followed. Gives what is gone.
 */
export async function removeResidue(residues: readonly Residue[]): Promise<Residue[]> {
  const removed: Residue[] = []
  for (const { path, kind, kept } of residues) {
    if (kept === "named by a variable") continue
    // Looked at again: a while can have passed.
    const now = await describe(path, kind, await openPaths())
    if (!now || now.kept) continue
    await rm(path, { recursive: true, force: true })
    removed.push(now)
  }
  return removed
}

async function namesIn(folder: string, names: RegExp): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).filter((name) => names.test(name))
}

/** A folder, not empty, in which all names are such. */
async function holdsOnly(folder: string, names: RegExp): Promise<boolean> {
  const inside = await readdir(folder).catch(() => [])
  return inside.length > 0 && inside.every((name) => names.test(name))
}

async function isCoreFile(path: string): Promise<boolean> {
  if (!(await lstat(path).catch(() => undefined))?.isFile()) return false
  const file = await open(path).catch(() => undefined)
  try {
    const head = await file?.read({ buffer: Buffer.alloc(64), position: 0 })
    return matchContent(head?.buffer ?? new Uint8Array(0))?.id === "elf-core"
  } finally {
    await file?.close()
  }
}

async function describe(path: string, kind: ResidueKind, used: ReadonlySet<string>): Promise<Residue | undefined> {
  const stat = await lstat(path).catch(() => undefined)
  const own = process.getuid?.()
  if (!stat || stat.isSymbolicLink() || stat.uid !== own) return undefined
  const content = { byteLength: 0, files: 0, others: false, modified: stat.mtime, examples: [] as string[] }
  await measure(path, content, own)
  // An empty folder tells nothing but that its program is installed.
  if (content.files === 0) return undefined
  const inUse = [...used].some((name) => name === path || name.startsWith(`${path}/`))
  const isLinked = (await realpath(dirname(path))) !== dirname(path)
  const kept = inUse ? "in use" : content.others ? "of others" : isLinked ? "behind a link" : undefined
  const { byteLength, files, modified } = content
  const surfaces = surfacesOf([path, ...content.examples])
  return { path, kind, byteLength, files, modified, surfaces, ...(kept && { kept }) }
}

interface Content {
  byteLength: number
  files: number
  others: boolean
  modified: Date
  /** The first files. */
  readonly examples: string[]
}

/** Of those paths, in the order in which they are found. */
function surfacesOf(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => matchPath(path).map(({ id }) => id)))]
}

async function measure(path: string, content: Content, own: number | undefined): Promise<void> {
  const stat = await lstat(path).catch(() => undefined)
  if (!stat) return
  if (stat.uid !== own) content.others = true
  if (stat.mtime > content.modified) content.modified = stat.mtime
  if (!stat.isDirectory()) {
    content.files++
    if (content.examples.length < 8) content.examples.push(path)
    content.byteLength += stat.size
    return
  }
  for (const name of await readdir(path).catch(() => [])) await measure(join(path, name), content, own)
}
