// An engine that tells what its thread, which is a worker, and native code in it see of the environment: which variables the
// two know differently, whether native code knows the one that the app has, and whether it knows one that the thread sets.
import { isMainThread } from "node:worker_threads"
import koffi from "koffi"

const getenv = koffi.load(null).func("const char *getenv(const char *name)")

export default async function create({ app }) {
  return {
    fingerprint: { engine: "environment", version: "1", device: "cpu", driver: "none" },
    capabilities: { kinds: ["file"], types: ["string"], parallelRuns: 1, cancels: false, keepsOutputs: false },
    load: async () => ({
      async run() {
        const names = Object.keys(process.env)
        const facts = {
          isMainThread,
          variables: names.length,
          different: names.filter((name) => getenv(name) !== process.env[name]),
          app: [getenv(app), process.env[app] ?? null],
        }
        process.env.STRONGROOM_THREAD = "set"
        const data = [JSON.stringify({ ...facts, set: getenv("STRONGROOM_THREAD") })]
        return { facts: { type: "string", shape: [1], data } }
      },
      async close() {},
    }),
    async close() {},
  }
}
