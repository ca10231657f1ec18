// One measured process: the program set from load to the first result, in an open vault or by the driver alone, which is
// ready too; in a vault then once more. Takes a side, a case's path and the store's folder. Prints {"first":ms,"again":ms,
// "sum":number}.
import { readFile } from "node:fs/promises"
import { setTimeout } from "node:timers/promises"
import type { CacheCase, CacheSide } from "./case.js"
import { launches, side as size } from "./program-set.js"

const [side, casePath, store] = process.argv.slice(2) as [CacheSide, string, string]
const theCase = JSON.parse(await readFile(casePath, "utf8")) as CacheCase
const { sealedPath, sourcePath, keys, options } = theCase
const [a, b] = [1, 2].map((value) => new Float32Array(size * size).fill(value)) as [Float32Array, Float32Array]

/** Until what opening left to do is done. */
const settleMilliseconds = 1000

const { load, end } = side === "driver" ? await driverAlone() : await inVault(side)
const { milliseconds: first, sum } = await timed()
const { milliseconds: again } = side === "driver" ? { milliseconds: 0 } : await timed()
console.log(JSON.stringify({ first, again, sum }))
await end()
process.exit(0)

async function timed() {
  await setTimeout(settleMilliseconds)
  const start = performance.now()
  const { result, close } = await load()
  const milliseconds = performance.now() - start
  await close()
  return { milliseconds, sum: result.reduce((sum, value) => sum + value, 0) }
}

async function inVault(cache: "off" | "sealed") {
  const { fileStore, openVault, tensor } = await import("@strongroom/vault")
  const { openclFor } = await import("../vault-backend.js")
  const vault = await openVault({ backend: openclFor(theCase), cache, artifactStore: fileStore(store) })
  return {
    async load() {
      const session = await vault.load(sealedPath, keys)
      const { c } = await session.run({ a: tensor("float32", [size, size], a), b: tensor("float32", [size, size], b) })
      return { result: c?.data as Float32Array, close: () => session.close() }
    },
    end: () => vault.close(),
  }
}

async function driverAlone() {
  const { createContext, preloadLibraries, useLibrary } = await import("@strongroom/opencl/objects")
  if (options.library !== undefined) useLibrary(options.library)
  preloadLibraries(options.libraries ?? [])
  const context = createContext()
  const queue = context.createQueue()
  return {
    async load() {
      const program = await context.createProgram(await readFile(sourcePath, "utf8"))
      const [from, by] = [context.createBuffer(a), context.createBuffer(b)]
      const to = context.createBuffer(a.byteLength)
      for (const { kernel, global, local } of launches) {
        program.createKernel(kernel).setArguments(from, by, to).enqueue(queue, global, { local })
      }
      return { result: to.readSync(queue, new Float32Array(size * size)), close: async () => {} }
    },
    async end() {
      context.release()
    },
  }
}
