// The engine, after libraries that the driver needs and the loader wouldn't find: a vault has no LD_LIBRARY_PATH. A library
// that is there already is taken by its name.
import koffi from "koffi"
import createEngine from "../../dist/worker.js"

const size = { sync_stack_size: 8 << 20, async_stack_size: 8 << 20 }
try {
  koffi.config(size)
} catch {
  // The vault has done it.
}

export default async function createUnlinkedEngine({ libraries, ...options }, host) {
  for (const path of libraries) koffi.load(path, { global: true })
  return createEngine(options, host)
}
