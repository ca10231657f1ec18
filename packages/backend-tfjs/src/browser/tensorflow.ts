import type { Runtime } from "../runtime.js"

/** TensorFlow.js without engines. A bundler gives it to the page's own code too: one copy, one set of engines. */
export async function loadTensorflow(): Promise<Pick<Runtime, "tf" | "converter">> {
  const [tf, converter] = await Promise.all([import("@tensorflow/tfjs-core"), import("@tensorflow/tfjs-converter")])
  return { tf, converter }
}

const runtimes = new WeakMap<object, Promise<Runtime>>()

/** What `make` makes of an engine that TensorFlow.js has started, once: sessions that are opened later share it. */
export function runtimeOf(backend: object, make: () => Runtime | Promise<Runtime>): Promise<Runtime> {
  const known = runtimes.get(backend) ?? Promise.resolve(make())
  runtimes.set(backend, known)
  return known
}

/** @throws Error that says which package the page's bundle lacks. */
export async function importPeer<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    throw new Error(`The page has no ${name}: install it, and bundle the page again.`, { cause })
  }
}
