// A thread is ended by force: in the middle of a kernel whose event it awaits, and of a build. Drivers that called back
// would call into a thread that is gone.
import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"

if (isMainThread) {
  for (const what of ["kernel", "build"]) {
    const worker = new Worker(new URL(import.meta.url), { workerData: what })
    await once(worker, "message")
    await sleep(20)
    await worker.terminate()
    console.log(`${what}: ended`)
  }
  // Longer than what was left running.
  await sleep(2000)
  console.log("still here")
} else {
  const { context, queue, spin } = await import("./set-up.mjs")
  if (workerData === "kernel") {
    void spin.enqueue(queue, 1, { event: true }).finished
    void queue.finish()
  } else {
    const lines = Array.from({ length: 2000 }, (_, line) => `x = x * ${Math.random()}f + sin(x + ${line}.5f);`)
    void context.createProgram(`kernel void k(global float *to) { float x = to[0]; ${lines.join("")} to[0] = x; }`)
  }
  parentPort.postMessage("started")
  setInterval(() => {}, 1000)
}
