import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { openVault, type Report, type Session, tensor } from "@strongroom/vault"
import { alphabetOf } from "../ocr/ctc.js"
import type { Network } from "../ocr/network.js"
import { type Line, read } from "../ocr/read.js"
import { decodePicture } from "./decode-picture.js"
import type { Engine } from "./engine.js"
import { firstRuns, type Readiness } from "./first-runs.js"
import { turnstile } from "./turnstile.js"

/** What was read in a picture of `width` x `height` pixels. */
export interface ReadPicture {
  readonly width: number
  readonly height: number
  readonly lines: readonly Line[]
  /** Shapes of inputs that networks were made ready for meanwhile: a later read of such a picture takes less. */
  readonly madeReady: number
}

/** Reads text in pictures. What the server serves. */
export interface Reader {
  /** Reads a picture file (PNG, JPEG, WebP...). @throws PictureError, StrongroomError, or the signal's reason. */
  read(file: Uint8Array, signal: AbortSignal): Promise<ReadPicture>
  report(): Promise<Report>
  readiness(): Readiness
  /** Safe twice. */
  close(): Promise<void>
}

/** Where the customer keeps what it needs. */
export interface CustomerFiles {
  /** The age identity that the grants are for. Only the vault reads it. */
  readonly identity: string
  /** What the publisher delivered: `NAME.sealed`, `NAME.grant`, `publisher.pub` and `alphabet.txt`. */
  readonly delivery: string
}

export interface OpenReaderOptions {
  readonly signal?: AbortSignal
  onProgress?(doneBytes: number, totalBytes: number): void
}

/** More at once would only wait for one another in the vault, each with its decoded picture in memory. */
const picturesAtOnce = 2

/**
 * Opens a vault with an engine, loads the three sealed models in it and reads with them. This is the whole of what an
 * application does to run sealed models; the rest of this folder is about pictures and HTTP.
 */
export async function openReader(
  files: CustomerFiles,
  engine: Pick<Engine, "vault">,
  { signal, onProgress }: OpenReaderOptions = {},
): Promise<Reader> {
  const vault = await openVault({ ...engine.vault, ...(signal && { signal }) })
  const runs = firstRuns()
  try {
    const load = async (name: string): Promise<Network> => {
      const keys = {
        grant: join(files.delivery, `${name}.grant`),
        identity: { file: files.identity },
        trust: [join(files.delivery, "publisher.pub")],
      }
      const session = await vault.load(join(files.delivery, `${name}.sealed`), keys, {
        ...(signal && { signal }),
        ...(onProgress && { onProgress }),
      })
      const network = networkOf(session)
      return (input, signal) => runs.watch(`${name} ${input.shape.join("x")}`, () => network(input, signal))
    }
    const networks = {
      detector: await load("detector"),
      classifier: await load("classifier"),
      recogniser: await load("recogniser"),
      alphabet: alphabetOf(await readFile(join(files.delivery, "alphabet.txt"), "utf8")),
    }
    const enter = turnstile(picturesAtOnce)
    return {
      read: (file, signal) =>
        enter(signal, async () => {
          const picture = await decodePicture(file)
          const { made } = runs.readiness()
          const lines = await read(picture, networks, signal)
          return { width: picture.width, height: picture.height, lines, madeReady: runs.readiness().made - made }
        }),
      readiness: runs.readiness,
      report: async () => vault.report(),
      close: () => vault.close(),
    }
  } catch (error) {
    await vault.close()
    throw error
  }
}

/** A session with one input and one output of 32-bit floats, as the pipeline uses it. */
function networkOf(session: Session): Network {
  const [input] = session.inputs
  const [output] = session.outputs
  if (!input || !output) throw new RangeError("A network of the pipeline has an input and an output.")
  return async ({ shape, data }, signal) => {
    const results = await session.run({ [input.name]: tensor("float32", shape, data) }, signal ? { signal } : {})
    const result = results[output.name]
    if (!result || "kept" in result || result.type !== "float32") throw new RangeError("A network gives 32-bit floats.")
    return result
  }
}
