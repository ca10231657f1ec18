import type { CreateEngine } from "../src/backend.js"
import { scripts } from "./host-fixture.js"

/** The module that the host tests' backends name: makes the engine that the test wrote down. */
const createEngine: CreateEngine = (options, host) => {
  const script = scripts()[Number(options)]
  if (script === undefined) throw new Error("no script")
  return script(host)
}

export default createEngine
