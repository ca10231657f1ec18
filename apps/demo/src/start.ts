import { once } from "node:events"
import { lastingReader } from "./app/lasting-reader.js"
import { listen } from "./app/listen.js"
import { readPages } from "./app/pages.js"
import { openReader, type Reader } from "./app/reader.js"
import { createReaderServer } from "./app/server.js"
import type { Progress } from "./progress.js"
import { runSetUp } from "./run-set-up.js"
import { foldersIn } from "./set-up.js"

/** The web page. Its place seen from here is the same in src/ and, bundled, in dist/. */
const publicFolder = new URL("../public/", import.meta.url)

export interface StartOptions {
  readonly port: number
  /** Where the sample keeps its files. */
  readonly root: string
  readonly progress: Progress
  readonly signal: AbortSignal
  log(message: string): void
}

/** The sample application, running. */
export interface Running {
  readonly address: string
  /** Stops serving and closes the vault. */
  close(): Promise<void>
}

/** Starts the whole: the port first, so that one that is taken costs nothing; then the set-up, the vault, the models. */
export async function start({ port, root, progress, signal, log }: StartOptions): Promise<Running> {
  let resolveReader: (reader: Reader) => void = () => {}
  let rejectReader: (error: unknown) => void = () => {}
  const opened = new Promise<Reader>((resolve, reject) => {
    resolveReader = resolve
    rejectReader = reject
  })
  const server = createReaderServer({ reader: opened, pages: await readPages(publicFolder), log })
  const address = await listen(server, port)
  const stopServing = async () => {
    const closed = once(server, "close")
    server.close()
    server.closeAllConnections()
    await closed
  }
  try {
    await runSetUp(root, progress, signal)
    progress.begin("Customer: opening the vault and loading")
    const open = () => openReader(foldersIn(root), { signal })
    const first = await openReader(foldersIn(root), {
      signal,
      onProgress: (done, total) => progress.advance(done, total),
    })
    const reader = lastingReader(first, open)
    progress.end("Customer: vault open; detector, classifier and recogniser loaded in it")
    resolveReader(reader)
    return {
      address,
      close: async () => {
        await stopServing()
        await reader.close()
      },
    }
  } catch (error) {
    opened.catch(() => {})
    rejectReader(error)
    await stopServing()
    throw error
  }
}
