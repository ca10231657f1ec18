// An engine, after libraries that its driver needs and the loader wouldn't find: a vault has no LD_LIBRARY_PATH. A library
// that is there already is taken by its name.
import koffi from "koffi"

export default async function createUnlinkedEngine({ engine, libraries, ...options }, host) {
  for (const path of libraries) koffi.load(path, { global: true })
  const { default: createEngine } = await import(engine)
  return createEngine(options, host)
}
