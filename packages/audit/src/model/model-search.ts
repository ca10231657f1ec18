import { readFile } from "node:fs/promises"
import { basename } from "node:path"
import { StrongroomError } from "@strongroom/core"
import { entriesOf } from "../content/archive.js"
import { formatOf } from "../content/format.js"
import { wordsOf } from "../content/words.js"
import { Fingerprints, type Match } from "./fingerprints.js"
import { namesOf } from "./names.js"

/** What of a model was found in some bytes. */
export interface Findings {
  /** Bytes of the model, of windows and what continues them, constants included. */
  readonly bytes: number
  /** The longest run. */
  readonly longest: number
  readonly runs: number
  /** The first runs, at most 8: where in the model's file, and where in what was searched. */
  readonly examples: readonly {
    readonly file: string
    readonly start: number
    readonly at: number
    readonly length: number
  }[]
  /** Names of the model, at most 64. */
  readonly names: readonly string[]
  /** How many there were. */
  readonly nameCount: number
}

export const nothingFound: Findings = { bytes: 0, longest: 0, runs: 0, examples: [], names: [], nameCount: 0 }

/** A file of a model: its name is what findings call it. */
export interface ModelFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** A model to be looked for. */
export class ModelSearch {
  readonly #files: readonly string[]
  readonly #fingerprints: Fingerprints
  readonly #names: ReadonlySet<string>
  /** Of the files, how many are the model's. */
  readonly #fileCount: number
  /** How many windows and short constants of the model are looked for; equal ones count once. */
  readonly windows: number

  /**
   * @param files a model's file, and those with its weights. They are held in memory.
   * @param planted what is looked for too, and isn't the model's.
   * @throws RangeError for a model without one window to look for: nothing could be found of it.
   */
  constructor(files: readonly ModelFile[], planted: readonly ModelFile[] = []) {
    const all = [...files, ...planted]
    this.#files = all.map(({ name }) => name)
    this.#fingerprints = new Fingerprints(all.map(({ bytes }) => bytes))
    this.#names = new Set(files.flatMap(({ bytes }) => [...namesOf(bytes)]))
    this.#fileCount = files.length
    this.windows = this.#fingerprints.countIn(files.length)
    if (this.windows > 0) return
    const message = "has no 64 bytes that tell it from other files. Give the file with the weights, not encrypted."
    throw new RangeError(`${files.map(({ name }) => name).join(", ")}: it ${message}`)
  }

  /** How many of the windows were found in anything that was searched so far; each counts once, wherever it was found. */
  get windowsFound(): number {
    return this.#fingerprints.foundIn(this.#fileCount)
  }

  /** How many names. */
  get names(): number {
    return this.#names.size
  }

  /** Searches at every offset. What is packed in a gzip file or a zip archive is searched too, two deep. */
  search(bytes: Uint8Array, depth = 0): Findings {
    const own = this.#searchPlain(bytes)
    const inner = depth < 2 ? entriesOf(bytes).map((entry) => this.search(entry.bytes, depth + 1)) : []
    return inner.reduce(joined, own)
  }

  #searchPlain(bytes: Uint8Array): Findings {
    const matches = this.#fingerprints.search(bytes)
    const names = new Set<string>()
    for (const word of wordsOf(bytes)) if (this.#names.has(word)) names.add(word)
    return {
      bytes: matches.reduce((sum, { length }) => sum + length, 0),
      longest: matches.reduce((most, { length }) => Math.max(most, length), 0),
      runs: matches.length,
      examples: matches.slice(0, 8).map((match) => this.#example(match)),
      names: [...names].slice(0, 64),
      nameCount: names.size,
    }
  }

  #example({ text, start, at, length }: Match) {
    return { file: this.#files[text] ?? "", start, at, length }
  }
}

/** Both together; of examples and names as many as one may have. */
export function joined(one: Findings, other: Findings): Findings {
  const names = [...new Set([...one.names, ...other.names])]
  return {
    bytes: one.bytes + other.bytes,
    longest: Math.max(one.longest, other.longest),
    runs: one.runs + other.runs,
    examples: [...one.examples, ...other.examples].slice(0, 8),
    names: names.slice(0, 64),
    // The same name in two pieces counts once, as far as it can be told.
    nameCount: Math.max(one.nameCount, other.nameCount, names.length),
  }
}

/**
 * Reads a model's files: the model, and those that hold its weights.
 *
 * @throws StrongroomError `source-missing`, `source-unreadable`; RangeError for a sealed model.
 */
export function readModelFiles(paths: readonly string[]): Promise<ModelFile[]> {
  return Promise.all(paths.map(async (path) => ({ name: basename(path), bytes: await read(path) })))
}

async function read(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") throw new StrongroomError("source-missing", `There is no model ${path}.`, { cause })
    const why = cause.code === "EISDIR" ? "it is a folder. Name the model's files." : `${cause.message}.`
    throw new StrongroomError("source-unreadable", `The model ${path} can't be read: ${why}`, { cause })
  })
  // Of ciphertext nothing is ever found, which would pass for a good result.
  if (formatOf(bytes.subarray(0, 64)).id !== "sealed-model") return bytes
  throw new RangeError(
    `${path} is sealed: nothing of it could be found. Give the model that was sealed, not encrypted.`,
  )
}
