import * as fs from "node:fs"
import { promisify } from "node:util"
import { StrongroomError } from "../errors.js"
import { checkRead, checkWithin } from "../source/check-read.js"
import type { Source } from "../source/source.js"
import { sourceFailure } from "./system-error.js"

const [close, fstat, open, read, stat] = [
  promisify(fs.close),
  promisify(fs.fstat),
  promisify(fs.open),
  promisify(fs.read),
  promisify(fs.stat),
]

// One system call reads less than 2 GiB.
const mostRead = 2 ** 30

interface OpenFile {
  readonly descriptor: number
  readonly byteLength: number
  readonly modified: bigint
}

/**
 * A file of this machine, by its path, its `file:` URL or an open descriptor. A path is opened by the first call and
 * stays open until `close()`, so a file that is replaced meanwhile is read to its end as it was. A descriptor must be
 * open for reading; it is this source's from now on, and `close()` closes it. Reads may overlap in time; one that is
 * aborted settles when the system is done with `target`.
 *
 * @throws StrongroomError from its methods: `source-missing`; `source-unreadable` for what isn't a regular file or may
 *   not be read; `source-changed` when length or modification time change while it is open; `truncated`.
 */
export function fileSource(place: string | URL | number): Source {
  if (typeof place === "number") {
    if (!Number.isSafeInteger(place) || place < 0) throw new RangeError("A descriptor is an integer from 0.")
    return namedFileSource(place, `Descriptor ${place}`)
  }
  if (place === "") throw new TypeError("fileSource needs a path, a file: URL or a descriptor.")
  return namedFileSource(place, String(place))
}

/** {@link fileSource}, with the words by which messages call the file. */
export function namedFileSource(place: string | URL | number, name: string): Source {
  let opening: Promise<OpenFile> | undefined
  let closing: Promise<void> | undefined
  const reads = new Set<Promise<unknown>>()

  function opened(): Promise<OpenFile> {
    if (closing !== undefined) throw new TypeError("The source is closed.")
    if (opening === undefined) {
      const started = typeof place === "number" ? describe(place, name) : openPath(place, name)
      opening = started
      started.catch(() => {
        if (opening === started && typeof place !== "number") opening = undefined
      })
    }
    return opening
  }

  async function fill(file: OpenFile, offset: number, target: Uint8Array): Promise<void> {
    let filled = 0
    while (filled < target.length) {
      const length = Math.min(target.length - filled, mostRead)
      const { bytesRead } = await read(file.descriptor, target, filled, length, offset + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    checkUnchanged(file, name, filled === target.length)
  }

  /** Runs `use` over the open file when the range is in it; `close()` waits until it has settled. */
  async function reading<T>(
    offset: number,
    length: number,
    signal: AbortSignal | undefined,
    use: (file: OpenFile) => Promise<T>,
  ): Promise<T> {
    const file = await opened()
    if (closing !== undefined) throw new TypeError("The source is closed.")
    signal?.throwIfAborted()
    checkWithin(offset, length, file.byteLength)
    const using = use(file)
    reads.add(using)
    try {
      return await using
    } finally {
      reads.delete(using)
    }
  }

  return {
    async byteLength(signal) {
      signal?.throwIfAborted()
      const { byteLength } = await opened()
      signal?.throwIfAborted()
      return byteLength
    },
    async read(offset, target, signal) {
      checkRead(offset, target, signal)
      const filled = (file: OpenFile) =>
        fill(file, offset, target).catch((error: unknown) => {
          throw sourceFailure(error, name)
        })
      await reading(offset, target.length, signal, filled)
      signal?.throwIfAborted()
    },
    withDescriptor(offset, length, signal, use) {
      return reading(offset, length, signal, async (file) => {
        const result = await use(file.descriptor)
        checkUnchanged(file, name, true)
        return result
      })
    },
    close() {
      closing ??= (async () => {
        // The number of a closed descriptor is given to the next file: no read may come after.
        const descriptor = typeof place === "number" ? place : (await opening?.catch(() => undefined))?.descriptor
        await Promise.allSettled(reads)
        if (descriptor !== undefined) await close(descriptor).catch(() => {})
      })()
      return closing
    },
  }
}

/** @throws StrongroomError `source-changed`, also when a read wasn't `full`. */
function checkUnchanged(file: OpenFile, name: string, full: boolean): void {
  // At once: as another thread's task it takes fifty times as long, and there is one for every read.
  const { size, mtimeNs } = fs.fstatSync(file.descriptor, { bigint: true })
  if (Number(size) === file.byteLength && mtimeNs === file.modified && full) return
  throw new StrongroomError(
    "source-changed",
    `${name} changed while it was read (${file.byteLength} bytes before, ${size} now). Read it again from the start.`,
  )
}

/**
 * Opens a file for reading, and reads nothing: the descriptor is the caller's, such as for {@link namedFileSource}, here
 * or in the process that it is passed to. `name` is what messages call the file.
 *
 * @throws StrongroomError `source-missing`; `source-unreadable` for what isn't a regular file or may not be read.
 */
export async function openFile(place: string | URL, name: string): Promise<number> {
  return (await openPath(place, name)).descriptor
}

async function openPath(place: string | URL, name: string): Promise<OpenFile> {
  let descriptor: number | undefined
  try {
    // Looked at before it is opened: opening a pipe waits for a writer, and opening a device can do things.
    checkRegular(await stat(place), name)
    descriptor = await open(place, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
    return await describe(descriptor, name)
  } catch (error) {
    if (descriptor !== undefined) await close(descriptor)
    throw sourceFailure(error, name)
  }
}

async function describe(descriptor: number, name: string): Promise<OpenFile> {
  try {
    const status = await fstat(descriptor, { bigint: true })
    checkRegular(status, name)
    return { descriptor, byteLength: Number(status.size), modified: status.mtimeNs }
  } catch (error) {
    throw sourceFailure(error, name)
  }
}

function checkRegular(status: fs.Stats | fs.BigIntStats, name: string): void {
  if (status.isFile()) return
  let found = "something else"
  if (status.isDirectory()) found = "a folder"
  else if (status.isFIFO()) found = "a pipe"
  else if (status.isSocket()) found = "a socket"
  else if (status.isCharacterDevice() || status.isBlockDevice()) found = "a device"
  throw new StrongroomError("source-unreadable", `${name} must be a file, but it is ${found}. Name a file.`)
}
