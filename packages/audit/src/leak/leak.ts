import { closeSync, openSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { matchPath } from "@strongroom/surfaces"
import type { Format } from "../content/format.js"
import { checkPlace } from "../files/check-place.js"
import { type Content, contentOf, readContent } from "../files/content.js"
import { filesBelow } from "../files/folder-files.js"
import { type Findings, joined, ModelSearch, nothingFound, readModelFiles } from "../model/model-search.js"
import { type Comparable, compareCaches, type Similarity } from "./compare.js"
import { type Leak, leaksOf } from "./score.js"
import { type Traits, traitsOf } from "./traits.js"

export interface LeakOptions {
  /** Files of one model, whose weights and names are looked for. */
  readonly model?: readonly string[]
  /** A folder to compare with: the cache of a model that is known. */
  readonly reference?: string
  readonly signal?: AbortSignal
  /** Bytes read, of all. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface LeakReport {
  readonly folder: string
  readonly files: readonly CacheFile[]
  /** How many files and folders couldn't be read, and aren't among the files. */
  readonly skipped: number
  /** What it gives away, most telling first. */
  readonly leaks: readonly Leak[]
  /** From 0 for nothing to 100: the sum of the leaks' points. */
  readonly score: number
  /** How many windows and names were looked for, and what was found; absent where no model was given. */
  readonly model?: {
    readonly windows: number
    readonly names: number
    /** How many of the windows are there; each counts once. */
    readonly windowsFound: number
    readonly found: Findings
  }
  /** Absent where no reference was given. */
  readonly similarity?: Similarity
}

export interface CacheFile {
  readonly path: string
  readonly byteLength: number
  readonly format: Format
  readonly kernels: number
  /** Titles of the surfaces that write files of this name. */
  readonly surfaces: readonly string[]
}

/** Of larger files only the weights are looked for: caches of kernels have none, dumps of weights do. */
const mostBytes = 256 << 20

/**
 * Reads a cache of compiled programs, or any folder or file, and tells what it gives away. No link is followed.
 *
 * @throws StrongroomError `source-missing`, `source-unreadable`.
 */
export async function leak(folder: string, options: LeakOptions = {}): Promise<LeakReport> {
  const search = options.model && new ModelSearch(await readModelFiles(options.model))
  const reference = options.reference === undefined ? undefined : await readCache(options.reference, undefined, {})
  const cache = await readCache(folder, search, options)
  const leaks = leaksOf(cache.traits, cache.found)
  return {
    folder,
    files: cache.files,
    skipped: cache.skipped,
    leaks,
    score: leaks.reduce((sum, { points }) => sum + points, 0),
    ...(search && {
      model: {
        windows: search.windows,
        names: search.names,
        windowsFound: search.windowsFound,
        found: cache.found,
      },
    }),
    ...(reference && { similarity: compareCaches(cache.comparable, reference.comparable) }),
  }
}

interface Cache {
  readonly files: readonly CacheFile[]
  readonly skipped: number
  readonly traits: readonly Traits[]
  readonly found: Findings
  readonly comparable: Comparable
}

async function readCache(folder: string, search: ModelSearch | undefined, options: LeakOptions): Promise<Cache> {
  await checkPlace(folder)
  const listed = []
  for await (const file of filesBelow(folder)) listed.push(file)
  const total = listed.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const files: CacheFile[] = []
  const traits: Traits[] = []
  const hashes = new Set<string>()
  let found = nothingFound
  let [done, skipped] = [0, 0]
  for (const { path, byteLength } of listed) {
    options.signal?.throwIfAborted()
    done += byteLength
    options.onProgress?.(done, total)
    const bytes = byteLength > mostBytes ? undefined : await readFile(path).catch(() => undefined)
    const content = bytes ? contentOf(bytes, search) : byteLength > mostBytes ? largeContent(path, search) : undefined
    if (!content) {
      skipped++
      continue
    }
    const one = traitsOf(bytes ?? new Uint8Array(0))
    const surfaces = matchPath(path).map(({ title }) => title)
    files.push({ path, byteLength, format: content.format, kernels: one.kernels.size, surfaces })
    traits.push(one)
    if (byteLength > 0) hashes.add(content.sha256)
    if (content.found) found = joined(found, content.found)
    if (search && one.hiddenGraph) found = joined(found, search.search(Buffer.from(one.hiddenGraph, "latin1")))
  }
  const union = (of: (traits: Traits) => ReadonlySet<string>) => new Set(traits.flatMap((one) => [...of(one)]))
  const comparable = { files: hashes, kernels: union(({ kernels }) => kernels), sizes: union(({ sizes }) => sizes) }
  return { files, skipped, traits, found, comparable }
}

/** Undefined where it can't be read. */
function largeContent(path: string, search: ModelSearch | undefined): Content | undefined {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, "r")
    return readContent(descriptor, search)
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
