import type { Backend } from "@strongroom/core/backend"
import { nodePlace } from "./node-place.js"
import { type Suite, suiteIn } from "./suite.js"
import type { ModelWriter } from "./write/model-writer.js"

/** The suite for one backend, in this process. */
export async function openSuite(create: () => Backend, writers: readonly ModelWriter[]): Promise<Suite> {
  return suiteIn(await nodePlace(create), create, writers)
}
