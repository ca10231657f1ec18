import { Worker } from "node:worker_threads"

const results = await Promise.all(
  Array.from({ length: 4 }, () => {
    const worker = new Worker(new URL("worker.mjs", import.meta.url))
    return new Promise((resolve, reject) => worker.on("message", resolve).on("error", reject))
  }),
)
console.log(results.join(" "))
