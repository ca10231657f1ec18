// Sets a variable in a worker thread, then in the main thread, and prints after each what native code reads.
import { Worker } from "node:worker_threads"
import koffi from "koffi"

const getenv = koffi.load(null).func("const char *getenv(const char *name)")
const name = "STRONGROOM_TRIAL"
const worker = new Worker(`process.env.${name} = "worker"`, { eval: true })
await new Promise((resolve) => worker.on("exit", resolve))
console.log(`after the worker: ${getenv(name)}`)
process.env[name] = "main"
console.log(`after the main thread: ${getenv(name)}`)
