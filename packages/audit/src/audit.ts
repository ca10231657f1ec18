import { resolve } from "node:path"
import { type AuditedFile, Examination } from "./files/audited-file.js"
import { WrittenFiles } from "./files/written-files.js"
import { auditLimits, copyLimit } from "./limits.js"
import { ModelSearch, readModelFiles } from "./model/model-search.js"
import { type Planted, plant, plantedFile } from "./model/plant.js"
import { Calls } from "./watch/calls.js"
import { endOnAbort, exitOf } from "./watch/ending.js"
import { readEvents, type WatchEvent } from "./watch/events.js"
import { findProgram } from "./watch/find-program.js"
import { native } from "./watch/native.js"
import { checkPtraceScope } from "./watch/yama.js"

export interface AuditOptions {
  /** A program: a path, or a name that is looked for in PATH. */
  readonly command: string
  readonly args?: readonly string[]
  /** Default: this process's. */
  readonly folder?: string
  /** Default: this process's. */
  readonly environment?: { readonly [name: string]: string | undefined }
  /** Descriptors of this process that become the program's standard input, output and error. Default: 0, 1, 2. */
  readonly standard?: readonly [number, number, number]
  /** Files of one model: it is looked for in everything that is written. */
  readonly model?: readonly string[]
  /**
   * Ends the program, a second later by SIGTERM, after five by SIGKILL; the report tells what was seen until then. What it
   * started and left running is not ended, and can't change files any more.
   */
  readonly signal?: AbortSignal
  /** The program has ended, others that it started have not. */
  readonly onWaiting?: () => void
  /** Files examined, of all. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface AuditReport {
  readonly command: readonly string[]
  /** How the program ended; null and null where the audit was aborted before. */
  readonly exitCode: number | null
  /** The signal's number. */
  readonly exitSignal: number | null
  readonly milliseconds: number
  /** The audit was aborted, or somebody still ran when it ended. */
  readonly complete: boolean
  /** By path. */
  readonly files: readonly AuditedFile[]
  /** Calls that changed files, or might have, and couldn't be looked at: by program and the system's error name. */
  readonly unseen: readonly { readonly program: string; readonly error: string; readonly count: number }[]
  /** Calls that were refused because nobody could have watched what they do: io_uring, and those of 32-bit programs. */
  readonly refused: readonly { readonly program: string; readonly count: number }[]
  readonly model?: {
    readonly files: readonly string[]
    readonly windows: number
    readonly names: number
    /** How many of the windows were found, in whatever was written. */
    readonly windowsFound: number
    /** What the audit had hidden for itself and found again; without it the audit fails. */
    readonly planted: Planted
    /** How many files hold something of the model. */
    readonly foundIn: number
  }
  /** What an audit can miss on any machine. */
  readonly limits: readonly string[]
}

/**
 * Runs a program and tells every file that it and its children wrote, with what was in it, also where that was removed
 * at once. Linux only, without privileges; docs and {@link auditLimits} say how, and what it can miss.
 *
 * @throws RangeError when there is no such program, or the model's files hold nothing to look for; an Error on other
 *   systems, where Yama forbids it, and when what was planted isn't found.
 */
export async function audit(options: AuditOptions): Promise<AuditReport> {
  const { command, args = [], environment = process.env, standard = [0, 1, 2], model, signal } = options
  signal?.throwIfAborted()
  const folder = resolve(options.folder ?? ".")
  const { start } = await native()
  checkPtraceScope()
  const program = await findProgram(command, folder, environment.PATH ?? "/usr/bin:/bin")
  const files = model && (await readModelFiles(model))
  const search = files && new ModelSearch(files, [plantedFile])
  const planted = search && (await plant(search))

  const startTime = Date.now()
  // File systems' clocks tick a few milliseconds apart from the system's.
  const since = Math.floor(startTime / 1000) - 1
  const examination = new Examination(search, startTime - 20)
  const written = new WrittenFiles((file, kept) => examination.examine(file, kept))
  const calls = new Calls()
  let status: number | undefined
  let complete = true
  const watched = start({ program, arguments: [command, ...args], environment, folder, standard }, { since, copyLimit })
  const ending = endOnAbort(watched, () => status !== undefined, signal)
  const receive = (event: WatchEvent) => {
    if (event.kind === "exited") {
      status = event.flags
      // Told again by `ended` if nobody else is there.
      setTimeout(() => void (running && options.onWaiting?.()), 200).unref()
    } else if (event.kind === "ended") complete = event.flags === 1
    else if (!calls.add(event)) written.add(event)
  }
  let running = true
  await Promise.all([readEvents(watched.events, receive), watched.done]).finally(() => {
    running = false
    ending.end()
  })
  const milliseconds = Date.now() - startTime

  const all = written.all()
  const paths = new Set(all.map(({ path }) => path))
  const audited: AuditedFile[] = []
  for (const [index, file] of all.entries()) {
    const finished = examination.finish(file, (path) => paths.has(path))
    if (finished) audited.push(finished)
    if (index % 64 === 63) await new Promise(setImmediate)
    options.onProgress?.(index + 1, all.length)
  }
  const holds = ({ contents }: AuditedFile) => contents.some(({ found }) => found && found.runs + found.nameCount > 0)
  return {
    command: [command, ...args],
    ...exitOf(status),
    milliseconds,
    complete: complete && !signal?.aborted,
    files: audited.sort((one, other) => (one.path < other.path ? -1 : 1)),
    ...calls.summary(),
    ...(model &&
      search &&
      planted && {
        model: {
          files: model,
          windows: search.windows,
          names: search.names,
          windowsFound: search.windowsFound,
          planted,
          foundIn: audited.filter(holds).length,
        },
      }),
    limits: auditLimits,
  }
}
