import { randomBytes } from "node:crypto"
import { rename, rm } from "node:fs/promises"
import { type Sink, StrongroomError } from "@strongroom/core"
import { fileSink } from "@strongroom/core/node"

/** A file to write. */
export interface NewFile {
  readonly path: string
  readonly content: string | Uint8Array
  /** Permissions: 0600 for secrets. Default: the umask's. */
  readonly mode?: number
}

/**
 * Writes all of `files` or, when one of them can't be written, none. Without `force` a file that exists is left as it is
 * and refused.
 *
 * @throws StrongroomError `sink-failed`.
 */
export async function writeFiles(files: readonly NewFile[], force: boolean): Promise<void> {
  const filled: FilledSink[] = []
  try {
    for (const { path, content, mode } of files) {
      const sink = fileSink(path, { overwrite: force, ...(mode === undefined ? {} : { mode }) })
      filled.push({ path, sink })
      await sink.write(0, Buffer.from(content))
    }
    await commitTogether(filled, force)
  } finally {
    for (const { sink } of filled) await sink.abort()
  }
}

/** A sink that holds all of its file's bytes. */
export interface FilledSink {
  readonly path: string
  readonly sink: Sink
}

/**
 * Commits all, in order, or none: when one fails, those before it are taken away and what they replaced is put back.
 * `force` says whether they may replace anything. The caller aborts the sinks in the end, which does nothing to those
 * that are committed.
 */
export async function commitTogether(files: readonly FilledSink[], force: boolean): Promise<void> {
  const undo: (() => Promise<void>)[] = []
  const replaced: string[] = []
  try {
    for (const [index, { path, sink }] of files.entries()) {
      // After the last one nothing is left that could fail.
      const aside = force && index < files.length - 1 ? await moveAside(path) : undefined
      if (aside !== undefined) replaced.push(aside)
      undo.unshift(async () => {
        if (aside !== undefined) await rename(aside, path)
      })
      await sink.commit()
      undo.unshift(() => rm(path, { force: true }))
    }
  } catch (error) {
    for (const step of undo) await step()
    throw error
  }
  for (const path of replaced) await rm(path, { force: true })
}

/** Renames a file that is about to be replaced; where it went, or `undefined` if there is none. */
async function moveAside(path: string): Promise<string | undefined> {
  const aside = `${path}.${randomBytes(4).toString("hex")}.old`
  try {
    await rename(path, aside)
    return aside
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined
    throw new StrongroomError("sink-failed", `${path} can't be replaced.`, { cause: error })
  }
}
