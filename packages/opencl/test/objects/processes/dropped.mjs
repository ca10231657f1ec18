// Objects that nobody releases, a context with all its children at once: their finalisers come in any order.
import { createContext, local } from "@strongroom/opencl/objects"

async function drop() {
  const context = createContext()
  const queue = context.createQueue()
  const program = await context.createProgram(
    "kernel void k(global int *to, local int *part) { part[0] = 1; to[get_global_id(0)] = part[0]; }",
  )
  const buffer = context.createBuffer(1 << 20)
  const kernel = program.createKernel("k").setArguments(buffer.subBuffer(), local(4))
  const event = kernel.enqueue(queue, 64, { event: true, local: 1 })
  const region = buffer.mapSync(queue)
  new Uint8Array(region.bytes)[0] = 1
  context.createUserEvent()
  context.createImage({ width: 16 })
  context.createSampler()
  await event.finished
}

for (let round = 0; round < 50; round += 1) {
  await drop()
  globalThis.gc()
  await new Promise((resolve) => setTimeout(resolve, 1))
}
console.log("all collected")
