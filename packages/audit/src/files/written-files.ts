import { closeSync } from "node:fs"
import { join } from "node:path"
import type { WatchEvent } from "../watch/events.js"
import type { Change, Kept, Moment, WrittenFile } from "./written-file.js"

/** linux/fs.h: RENAME_EXCHANGE */
const exchange = 2

/** The kernel's own: nothing in them is a file. */
const notFiles = /^\/(proc|sys)\//

/** What may wait to be examined at once; beyond that the oldest is examined while the program runs. */
const most = { count: 128, bytes: 512 << 20 }

/** Files by what events tell, in the order of the events. */
export class WrittenFiles {
  readonly #examine: (file: WrittenFile, kept: Kept) => void
  readonly #byPath = new Map<string, WrittenFile>()
  readonly #byInode = new Map<string, WrittenFile>()
  /** Those whose path is another's by now. */
  readonly #gone: WrittenFile[] = []
  readonly #waiting: { readonly file: WrittenFile; readonly kept: Kept }[] = []
  #waitingBytes = 0

  /** @param examine is called for what can't wait until the end, and takes it over. */
  constructor(examine: (file: WrittenFile, kept: Kept) => void) {
    this.#examine = examine
  }

  /** Takes over what the event keeps. */
  add(event: WatchEvent): void {
    const file = this.#file(event)
    if (!file) {
      if (event.kept >= 0) closeSync(event.kept)
      return
    }
    file.programs.add(event.program)
  }

  all(): WrittenFile[] {
    return [...this.#gone, ...new Set([...this.#byPath.values(), ...this.#byInode.values()])]
  }

  /** The file of the event, with what it tells of it. */
  #file(event: WatchEvent): WrittenFile | undefined {
    switch (event.kind) {
      case "memory":
        return this.#nameless(event, "memory", event.path)
      case "opened":
        return isNameless(event) ? this.#nameless(event, "nameless", pathOf(event)) : this.#opened(event)
      case "truncated":
        return this.#changed(event, "modified", "cut")
      case "unlinked":
        return this.#unlinked(event)
      case "renamed":
        return this.#renamed(event)
      case "linked":
        return this.#linked(event)
      default:
        return undefined
    }
  }

  #opened(event: WatchEvent): WrittenFile | undefined {
    // Files without a name can be opened too: /proc/self/fd/3.
    const nameless = event.existed ? this.#byInode.get(inodeOf(event)) : undefined
    const path = nameOf(event)
    if (!nameless && notFiles.test(path)) return undefined
    const file = nameless ?? this.#named(path, event, event.existed ? "modified" : "created")
    if (!nameless) file.there = true
    if (event.keeps !== "folder") this.#keep(file, event, "cut")
    else if (event.kept < 0) file.lost.push({ moment: "end", error: event.error })
    else if (file.folder === undefined && !nameless) file.folder = event.kept
    else closeSync(event.kept)
    return file
  }

  #changed(event: WatchEvent, change: Change, moment: Moment): WrittenFile {
    const file = this.#byInode.get(inodeOf(event)) ?? this.#named(nameOf(event), event, change)
    this.#keep(file, event, moment)
    return file
  }

  #unlinked(event: WatchEvent): WrittenFile {
    const file = this.#named(pathOf(event), event, "deleted")
    file.changes.add("deleted")
    file.there = false
    this.#keep(file, event, "deleted")
    return file
  }

  #renamed(event: WatchEvent): WrittenFile | undefined {
    const [from, to] = [pathOf(event), otherPathOf(event)]
    const target = this.#byPath.get(to)
    const file = this.#byPath.get(from)
    if (event.flags & exchange) {
      if (event.kept >= 0) closeSync(event.kept)
      if (target) this.#move(target, from)
      if (file) this.#move(file, to)
      return file ?? target
    }
    if (!file) this.#moveFolder(from, to)
    if (event.kept >= 0 || target) {
      const replaced = target ?? this.#named(to, event, "replaced")
      replaced.changes.add("replaced")
      replaced.programs.add(event.program)
      replaced.there = false
      this.#keep(replaced, event, "replaced")
      this.#byPath.delete(to)
      this.#gone.push(replaced)
    }
    // A folder with nothing in it that was written.
    const moved = file ?? this.#named(from, event, "renamed")
    this.#byPath.delete(from)
    this.#move(moved, to)
    return moved
  }

  #linked(event: WatchEvent): WrittenFile {
    const to = otherPathOf(event)
    const nameless = this.#byInode.get(inodeOf(event))
    if (!nameless) return this.#named(to, event, "linked")
    nameless.changes.add("linked")
    nameless.there = true
    this.#move(nameless, to)
    return nameless
  }

  #move(file: WrittenFile, to: string): void {
    if (file.path !== to) file.earlier.push(file.path)
    file.path = to
    file.changes.add("renamed")
    this.#byPath.set(to, file)
  }

  #moveFolder(from: string, to: string): void {
    for (const [path, file] of [...this.#byPath]) {
      if (!path.startsWith(`${from}/`)) continue
      this.#byPath.delete(path)
      this.#move(file, to + path.slice(from.length))
    }
  }

  #named(path: string, event: WatchEvent, change: Change): WrittenFile {
    const known = this.#byPath.get(path)
    if (known) return known
    const file = written(path, "file", change)
    file.programs.add(event.program)
    this.#byPath.set(path, file)
    return file
  }

  #nameless(event: WatchEvent, kind: "memory" | "nameless", path: string): WrittenFile {
    const file = written(path, kind, "created")
    file.there = false
    this.#keep(file, event, "end")
    this.#byInode.set(inodeOf(event), file)
    return file
  }

  #keep(file: WrittenFile, event: WatchEvent, moment: Moment): void {
    if (event.kept < 0) {
      if (event.error !== 0) file.lost.push({ moment, error: event.error })
      return
    }
    const kept = { descriptor: event.kept, moment, byteLength: event.byteLength }
    file.kept.push(kept)
    this.#waiting.push({ file, kept })
    this.#waitingBytes += kept.byteLength
    while (this.#waiting.length > most.count || this.#waitingBytes > most.bytes) this.#examineOldest()
  }

  #examineOldest(): void {
    const oldest = this.#waiting.shift()
    if (!oldest) return
    this.#waitingBytes -= oldest.kept.byteLength
    oldest.file.kept.splice(oldest.file.kept.indexOf(oldest.kept), 1)
    this.#examine(oldest.file, oldest.kept)
  }
}

const pathOf = ({ folder, path }: WatchEvent) => join("/", folder, path)

const otherPathOf = ({ otherFolder, otherPath }: WatchEvent) => join("/", otherFolder, otherPath)

/** What the kernel names by a descriptor can have lost its name. */
const nameOf = (event: WatchEvent) => pathOf(event).replace(/ \(deleted\)$/, "")

/** O_TMPFILE without O_DIRECTORY, which differs between architectures. */
const isNameless = ({ flags }: WatchEvent) => (flags & 0o20000000) !== 0

const inodeOf = ({ device, inode }: WatchEvent) => `${device}:${inode}`

function written(path: string, kind: WrittenFile["kind"], change: Change): WrittenFile {
  const base = { path, kind, changes: new Set([change]), earlier: [], programs: new Set<string>() }
  return { ...base, there: true, lost: [], kept: [] }
}
