import {
  bytesSource,
  type InProcessOptions,
  type InProcessSession,
  importTfjs,
  type ModelToSeal,
  openInProcess,
} from "@strongroom/core"
import type { Backend } from "@strongroom/core/backend"
import { createPublisher } from "@strongroom/testkit"
import { onTestFinished } from "vitest"
import type { GraphFiles } from "./graph-files.js"

const publisher = await createPublisher()

/** A model of TensorFlow.js, to be sealed. */
export const importFiles = ({ json, shards }: GraphFiles) =>
  importTfjs(bytesSource(json), async (path) => bytesSource(shards.get(path) as Uint8Array))

/** Seals a model and opens it in this process, with the engine's own words in errors, until the test is over. */
export async function openModel(
  backend: Backend,
  model: ModelToSeal,
  options: InProcessOptions = {},
): Promise<InProcessSession> {
  const { bytes, keys } = await publisher.ship(model)
  const session = await openInProcess(backend, bytesSource(bytes), keys, { debug: true, ...options })
  onTestFinished(() => session.close())
  return session
}

/** The same for a model of TensorFlow.js by its files. */
export const openFiles = async (backend: Backend, files: GraphFiles): Promise<InProcessSession> =>
  openModel(backend, await importFiles(files))
