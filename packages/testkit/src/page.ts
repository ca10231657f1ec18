/**
 * The conformance suite for pages: what a page's module needs to run its cases. The runner is elsewhere, and names them.
 *
 * @module
 */
import type { BundledBackend } from "@strongroom/core"
import { inProcess } from "./in-process.js"
import type { Place } from "./place.js"
import { type Suite, suiteIn } from "./suite.js"
import { tfjsWriter } from "./write/tfjs.js"

export type { ConformanceCase } from "./cases/conformance-case.js"
export { conformanceCases } from "./cases/index.js"
export type { Suite } from "./suite.js"

export interface PageSuiteOptions {
  /**
   * How many bytes the browser holds, counted in one way or several, garbage left out. A page can't ask for that: whoever
   * drives the browser can. Default: nobody says, and the cases that look at memory are left out.
   */
  memory?(): Promise<readonly number[]>
}

/** The suite for one backend in this page. There are no folders, and TensorFlow.js's graph models are written. */
export function openPageSuite(create: () => BundledBackend, { memory }: PageSuiteOptions = {}): Promise<Suite> {
  const place: Place = {
    ...inProcess(create, {}),
    reach: memory ? ["engine", "memory"] : ["engine"],
    ...(memory && { memory }),
    close: async () => undefined,
  }
  return suiteIn(place, create, [tfjsWriter])
}
