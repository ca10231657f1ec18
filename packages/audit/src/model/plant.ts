import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { closeSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { distribution } from "../distribution.js"
import { readContent } from "../files/content.js"
import { WrittenFiles } from "../files/written-files.js"
import { readEvents } from "../watch/events.js"
import { type Command, native } from "../watch/native.js"
import type { Findings, ModelFile, ModelSearch } from "./model-search.js"
import { searchProcess } from "./process-memory.js"

/** What an audit hides for itself: random bytes that are looked for together with the model, and are of no use to anybody. */
export const plantedFile: ModelFile = { name: "(planted)", bytes: randomBytes(1024) }

/** Where what was planted was found again. */
export interface Planted {
  readonly file: true
  readonly gzip: true
  readonly zip: true
  readonly memory: true
}

/**
 * Runs a program, watched as any, that writes what is planted into files, removes them at once and holds it in memory, and
 * looks for it as for the model.
 *
 * @throws an Error when one is not found: an audit would then find nothing either.
 */
export async function plant(search: ModelSearch): Promise<Planted> {
  const folder = await mkdtemp(join(tmpdir(), "strongroom-planted-"))
  try {
    const found = await runPlanted(folder, search)
    const missing = Object.entries(found).filter(([, wasFound]) => !wasFound)
    if (missing.length === 0) return { file: true, gzip: true, zip: true, memory: true }
    const places = missing.map(([place]) => place).join(", ")
    throw new Error(
      `What was planted was not found (${places}), so that the model would not be either. Nothing was run.`,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runPlanted(folder: string, search: ModelSearch) {
  const { start, pipe } = await native()
  const [input, toInput] = pipe()
  const [fromOutput, output] = pipe()
  const found = { file: false, gzip: false, zip: false, memory: false }
  const files = new WrittenFiles((_, { descriptor }) => closeSync(descriptor))
  const environment = {
    ...process.env,
    ELECTRON_RUN_AS_NODE: "1",
    NODE_OPTIONS: undefined,
    STRONGROOM_PLANTED: Buffer.from(plantedFile.bytes).toString("base64"),
  }
  const script = fileURLToPath(new URL("model/planted.js", distribution()))
  const command: Command = {
    program: process.execPath,
    arguments: [process.execPath, script],
    environment,
    folder,
    standard: [input, output, 2],
  }
  const ready = new Socket({ fd: fromOutput, readable: true, writable: false })
  const ended: Promise<void>[] = []
  let isInputOpen = true
  try {
    const watched = startAndClose(command, [input, output])
    ended.push(
      readEvents(watched.events, (event) => files.add(event)),
      watched.done,
    )
    const [first] = await Promise.race([once(ready, "data"), once(ready, "close")])
    if (first instanceof Buffer) found.memory = isFound(searchProcess(watched.pid, search))
    await end()
    for (const { path, kept } of files.all())
      for (const { descriptor } of kept) {
        const content = readContent(descriptor, search)
        const place = path.endsWith(".gz") ? "gzip" : path.endsWith(".zip") ? "zip" : "file"
        if (content.found && isFound(content.found)) found[place] = true
      }
  } finally {
    await end()
    for (const { kept } of files.all()) for (const { descriptor } of kept) closeSync(descriptor)
  }
  return found

  /** The program ends when its input does. */
  async function end(): Promise<void> {
    if (isInputOpen) closeSync(toInput)
    isInputOpen = false
    ready.destroy()
    await Promise.all(ended)
  }

  function startAndClose(command: Command, descriptors: readonly number[]) {
    try {
      return start(command, { since: Math.floor(Date.now() / 1000) - 1, copyLimit: 1 << 20 })
    } finally {
      for (const descriptor of descriptors) closeSync(descriptor)
    }
  }
}

/** Whole, wherever it lay. */
const isFound = ({ examples }: Findings) =>
  examples.some(({ file, length }) => file === plantedFile.name && length === plantedFile.bytes.length)
