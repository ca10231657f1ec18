// One measured process: makes the calls of c/opencl_peer.c by @strongroom/opencl, "flat" or by its "objects". A line in, a
// line out: "launch 500" gives microseconds for one launch, "write 1" and "read 1" milliseconds for one transfer,
// "queue 10" and "mix 1000" what memory the process has then. The first line out names the device and its driver.
import { createInterface } from "node:readline"
import type { Calls } from "./opencl/calls.js"
import { memoryMeter } from "./opencl/memory-use.js"

const calls: Calls =
  process.argv[2] === "flat"
    ? (await import("./opencl/flat-calls.js")).flatCalls()
    : (await import("./opencl/object-calls.js")).objectCalls()
const memory = memoryMeter()

/** Milliseconds for one. */
function timed(call: () => void, count: number): number {
  const start = performance.now()
  for (let i = 0; i < count; i++) call()
  return (performance.now() - start) / count
}

/** Finalisers get their turn now and then, as in every program that does something else too. */
async function repeat(call: () => void, count: number): Promise<void> {
  for (let i = 1; i <= count; i++) {
    call()
    if (i % 1000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
}

const actions: { readonly [name: string]: (count: number) => unknown } = {
  launch: (count) => 1000 * timed(calls.launch, count),
  write: (count) => timed(calls.write, count),
  read: (count) => timed(calls.read, count),
  queue: (count) => repeat(calls.fillQueue, count).then(memory),
  mix: (count) => repeat(calls.mix, count).then(memory),
}

calls.write()
console.log(calls.device)
for await (const line of createInterface({ input: process.stdin })) {
  const [name, count] = line.split(" ") as [string, string]
  console.log(JSON.stringify(await actions[name]?.(Number(count))))
}
