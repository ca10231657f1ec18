/** What happened to a file while it was watched. */
export type Change = "created" | "modified" | "renamed" | "linked" | "deleted" | "replaced"

/** A descriptor on what a file held, to be examined and closed by whoever takes it. */
export interface Kept {
  readonly descriptor: number
  /** When it held that: as it was removed, replaced by another, or cut; `end`: a nameless file's, held from its start. */
  readonly moment: Moment
  /** Then; a nameless file can have grown since. */
  readonly byteLength: number
}

export type Moment = "deleted" | "replaced" | "cut" | "end"

/** A file that the program, or what it started, wrote, renamed or removed. Made of events by {@link WrittenFiles}. */
export interface WrittenFile {
  /** The last one. Of files without a name: the kind and what it was called, or in which folder it is. */
  path: string
  /** `memory`: memfd_create(2). `nameless`: O_TMPFILE. */
  readonly kind: "file" | "memory" | "nameless"
  /** In the order in which they happened first. */
  readonly changes: Set<Change>
  /** Earlier names, oldest first. */
  readonly earlier: string[]
  /** The programs that did it: their files; of a process that is closed to others its name, which is no path. */
  readonly programs: Set<string>
  /** It has a name still. */
  there: boolean
  /** In the mounts of one process: the folder's descriptor, to be closed by whoever takes the file. */
  folder?: number
  /** Errnos: contents that were to be kept and couldn't be. */
  readonly lost: { readonly moment: Moment; readonly error: number }[]
  readonly kept: Kept[]
}
