import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats, statfsSync } from "node:fs"
import { basename, join } from "node:path"
import { matchPath } from "@strongroom/surfaces"
import type { ModelSearch } from "../model/model-search.js"
import { errorName } from "../system-error.js"
import { type Content, readContent } from "./content.js"
import type { Change, Kept, Moment, WrittenFile } from "./written-file.js"

/** A file of the report. */
export interface AuditedFile {
  /** Absolute. Of a memory file the name that its program gave it, of a nameless one the folder that it was made in. */
  readonly path: string
  readonly kind: WrittenFile["kind"]
  /** On a file system in memory, or no file of a file system at all. */
  readonly inMemory: boolean
  readonly changes: readonly Change[]
  /** Names that it had before, oldest first. */
  readonly earlier: readonly string[]
  /** The files of the programs that wrote, renamed or removed it; of a process that is closed its name, which is no path. */
  readonly programs: readonly string[]
  /** It has a name at the end. */
  readonly there: boolean
  /** What it held: as it was at the end, and before each time that the program destroyed it. Equal ones once. */
  readonly contents: readonly (Content & { readonly moment: Moment })[]
  /** Contents that couldn't be read, and why: a system's error name. */
  readonly lost: readonly { readonly moment: Moment; readonly error: string }[]
  /** The surfaces that write files of its names: a lead, not a proof. The most specific first. */
  readonly surfaces: readonly { readonly id: string; readonly title: string }[]
}

/** linux/magic.h: TMPFS_MAGIC, RAMFS_MAGIC, HUGETLBFS_MAGIC */
const memoryTypes: readonly number[] = [0x01021994, 0x858458f6, 0x958458f6]
/** What no descriptor tells of any more. */
const memoryPlaces = /^\/(dev\/shm|run|dev\/mqueue)\//

/** Examines and closes what a file keeps, while the program still runs. */
export class Examination {
  readonly #search: ModelSearch | undefined
  readonly #contents = new Map<WrittenFile, (Content & { moment: Moment })[]>()
  /** Whether all that was seen of a file was on a file system in memory. */
  readonly #inMemory = new Map<WrittenFile, boolean>()
  /** Milliseconds since 1970: a file that was there and hasn't changed since wasn't written, only opened. */
  readonly #since: number

  constructor(search: ModelSearch | undefined, since: number) {
    this.#search = search
    this.#since = since
  }

  /** Takes over the descriptor. */
  examine(file: WrittenFile, { descriptor, moment }: Pick<Kept, "descriptor" | "moment">): void {
    try {
      // What was cut is a copy of the watcher's own.
      if (moment !== "cut") this.#place(file, descriptor)
      const contents = this.#contents.get(file) ?? []
      this.#contents.set(file, contents)
      const content = { ...readContent(descriptor, this.#search), moment }
      if (!contents.some(({ sha256 }) => sha256 === content.sha256)) contents.push(content)
    } catch (error) {
      file.lost.push({ moment, error: Math.abs((error as NodeJS.ErrnoException).errno ?? 5) })
    } finally {
      closeSync(descriptor)
    }
  }

  /**
   * The file for the report; undefined where nothing came of it, or it was opened and not written.
   *
   * @param taken whether a path is the last one of a file.
   */
  finish(file: WrittenFile, taken: (path: string) => boolean): AuditedFile | undefined {
    for (const kept of file.kept.splice(0)) this.examine(file, kept)
    const stat = file.there ? this.#examineAll(file, taken) : undefined
    if (file.folder !== undefined) {
      this.#place(file, file.folder)
      closeSync(file.folder)
    }
    const contents = this.#contents.get(file) ?? []
    const untouched = file.there && (!stat || stat.ctimeMs < this.#since)
    const removed = file.changes.has("deleted") || file.changes.has("replaced") || file.changes.has("renamed")
    if (untouched && !removed && contents.length === 0 && file.lost.length === 0) return undefined
    const names = [file.path, ...file.earlier]
    const found = new Map(names.flatMap((name) => matchPath(name)).map(({ id, title }) => [id, { id, title }]))
    return {
      path: file.path,
      kind: file.kind,
      inMemory: file.kind === "memory" || (this.#inMemory.get(file) ?? memoryPlaces.test(file.path)),
      changes: [...file.changes],
      earlier: [...new Set(file.earlier)],
      programs: [...file.programs],
      there: stat !== undefined,
      contents,
      lost: file.lost.map(({ moment, error }) => ({ moment, error: errorName(error) })),
      surfaces: file.kind === "memory" ? [] : [...found.values()],
    }
  }

  /** A place such as /tmp is another one in the mounts of a process of its own: so the file system is asked. */
  #place(file: WrittenFile, descriptor: number): void {
    const { type } = statfsSync(`/proc/self/fd/${descriptor}`)
    this.#inMemory.set(file, memoryTypes.includes(type) && (this.#inMemory.get(file) ?? true))
  }

  /** Renaming is told before the call, which can fail: then the file, or one of that name, is where it was. */
  #examineAll(file: WrittenFile, taken: (path: string) => boolean): Stats | undefined {
    let now = this.#examineNow(file, file.path)
    for (const [index, name] of [...file.earlier.entries()].reverse()) {
      const stat = name === file.path || taken(name) ? undefined : this.#examineNow(file, name)
      if (!stat?.isFile() || now?.isFile()) continue
      now = stat
      file.path = name
      file.earlier.splice(index)
      if (index === 0) file.changes.delete("renamed")
    }
    return now
  }

  #examineNow(file: WrittenFile, name: string): Stats | undefined {
    const path = file.folder === undefined ? name : join(`/proc/self/fd/${file.folder}`, basename(name))
    try {
      const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
      const descriptor = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      const stat = fstatSync(descriptor)
      if (stat.isFile() && stat.ctimeMs >= this.#since) this.examine(file, { descriptor, moment: "end" })
      else {
        this.#place(file, descriptor)
        closeSync(descriptor)
      }
      return stat
    } catch (error) {
      const { code, errno = -5 } = error as NodeJS.ErrnoException
      // What isn't there was never made, or was removed by somebody who wasn't watched.
      if (code === "ENOENT" || code === "ENOTDIR") return undefined
      // A link has no content of its own; but where a file was written, its content is elsewhere now.
      if (code !== "ELOOP" || file.changes.has("created") || file.changes.has("modified"))
        file.lost.push({ moment: "end", error: -errno })
      return code === "ELOOP" ? lstatSync(path, { throwIfNoEntry: false }) : undefined
    }
  }
}
