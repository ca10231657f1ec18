import { opencl } from "@strongroom/backend-opencl"
import {
  bytesSource,
  type InProcessOptions,
  type InProcessSession,
  importOpencl,
  type ModelToSeal,
  openInProcess,
} from "@strongroom/core"
import { optionsFor } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { afterEach } from "vitest"

const publisher = await createPublisher()
const sessions: InProcessSession[] = []
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close()
})

/** By path: texts, or bytes. */
export type Files = Readonly<Record<string, string | Uint8Array>>

/** A bundle of files that are in memory. */
export function importBundle(description: object, files: Files): Promise<ModelToSeal> {
  const bytesOf = (content: string | Uint8Array) =>
    typeof content === "string" ? new TextEncoder().encode(content) : content
  return importOpencl(bytesSource(bytesOf(JSON.stringify(description))), async (path) => {
    const content = files[path]
    if (content === undefined) throw new Error(`The test has no ${path}.`)
    return bytesSource(bytesOf(content))
  })
}

/** A session of a model on PoCL, in this process. It is closed after the test. */
export async function open(model: ModelToSeal, options: InProcessOptions = {}): Promise<InProcessSession> {
  const { bytes, keys } = await publisher.ship(model)
  const session = await openInProcess(opencl(optionsFor("pocl")), bytesSource(bytes), keys, options)
  sessions.push(session)
  return session
}
