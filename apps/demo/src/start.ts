import { once } from "node:events"
import { type Engine, onnxruntimeEngine } from "./app/engine.js"
import { lastingReader } from "./app/lasting-reader.js"
import { listen } from "./app/listen.js"
import { findOpenCL, openclAdvice, openclEngines } from "./app/opencl-engines.js"
import { readPages } from "./app/pages.js"
import { openReader } from "./app/reader.js"
import { createReaderServer, type ServedEngines } from "./app/server.js"
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
  /** Stops serving and closes the vaults. */
  close(): Promise<void>
}

/** Starts the whole: the port first, so that one that is taken costs nothing; then the set-up, the vault, the models. */
export async function start({ port, root, progress, signal, log }: StartOptions): Promise<Running> {
  let resolveServed: (served: ServedEngines) => void = () => {}
  let rejectServed: (error: unknown) => void = () => {}
  const served = new Promise<ServedEngines>((resolve, reject) => {
    resolveServed = resolve
    rejectServed = reject
  })
  const server = createReaderServer({ served, pages: await readPages(publicFolder), log })
  const address = await listen(server, port)
  const stopServing = async () => {
    const closed = once(server, "close")
    server.close()
    server.closeAllConnections()
    await closed
  }
  try {
    const finding = findOpenCL()
    await runSetUp(root, progress, signal)
    const folders = foldersIn(root)

    progress.begin("Customer: asking OpenCL's drivers for devices")
    const found = await finding
    const others = await openclEngines(found, folders)
    const advice = others.length === 0 ? openclAdvice(found) : undefined
    progress.end(
      advice ?? `Customer: OpenCL has ${others.map(({ device }) => device).join(", ")}: choose it in the page`,
    )

    progress.begin("Customer: opening the vault and loading")
    const usual = onnxruntimeEngine()
    const first = await openReader(folders, usual, {
      signal,
      onProgress: (done, total) => progress.advance(done, total),
    })
    progress.end("Customer: vault open; detector, classifier and recogniser loaded in it")

    const serve = (engine: Engine, open?: typeof first) => ({
      engine,
      reader: lastingReader(() => openReader(folders, engine, { signal }), open),
    })
    // The others' vaults open when they are first asked for something.
    const engines = [serve(usual, first), ...others.map((engine) => serve(engine))] as const
    resolveServed({ engines, ...(advice !== undefined && { advice }) })
    return {
      address,
      close: async () => {
        await stopServing()
        await Promise.all(engines.map(({ reader }) => reader.close()))
      },
    }
  } catch (error) {
    served.catch(() => {})
    rejectServed(error)
    await stopServing()
    throw error
  }
}
