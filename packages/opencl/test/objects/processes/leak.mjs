// Does one thing many times, and prints by how many bytes the heaps have grown meanwhile: C's (by mallinfo2(3), what is
// allocated and not freed) and JavaScript's. A quarter of it before warms up pools, caches and compiled code.

import { createContext, local } from "@strongroom/opencl/objects"
import koffi from "koffi"

const fields = [
  "arena",
  "ordblks",
  "smblks",
  "hblks",
  "hblkhd",
  "usmblks",
  "fsmblks",
  "uordblks",
  "fordblks",
  "keepcost",
]
const Mallinfo = koffi.struct(Object.fromEntries(fields.map((field) => [field, "size_t"])))
const mallinfo = koffi.load(null).func("mallinfo2", Mallinfo, [])

const [what, count] = [process.argv[2], Number(process.argv[3])]
const context = createContext()
const queue = context.createQueue()
const program = context.createProgramSync(`
  kernel void k(global int *to, const float4 v, local int *part) { part[0] = 1; to[0] += part[0] + (int)v.x; }`)
const kernel = program.createKernel("k")
const buffer = context.createBuffer(4096)
const memory = new Float32Array(16)
kernel.setArguments(buffer, [1, 2, 3, 4], local(4))

const things = {
  launch() {
    kernel.setArgument(1, [1, 2, 3, 4]).enqueue(queue, 1)
    queue.finishSync()
  },
  event() {
    const event = kernel.enqueue(queue, 1, { event: true })
    event.waitSync()
    event.release()
  },
  // Nobody releases these: the finaliser does.
  dropped() {
    kernel.enqueue(queue, 1, { event: true }).waitSync()
    context.createBuffer(1024)
  },
  objects() {
    context.createBuffer(65536).release()
    context.createQueue().release()
    program.createKernel("k").release()
    context.createSampler().release()
    context.createUserEvent().release()
  },
  transfers() {
    buffer.writeSync(queue, memory)
    buffer.readSync(queue, memory)
    const region = buffer.mapSync(queue, { byteLength: 64 })
    new Float32Array(region.bytes)[0] = 1
    region.release()
  },
  // Contexts that nobody releases, with what was made from them.
  async contexts() {
    const whole = createContext()
    const line = whole.createQueue()
    const bytes = whole.createBuffer(1 << 16)
    new Uint8Array(bytes.mapSync(line).bytes)[0] = 1
    whole.createUserEvent()
    whole.createSampler()
    await line.finish()
    if (Math.random() < 0.02) globalThis.gc()
  },
  async promises() {
    await buffer.write(queue, memory)
    await buffer.read(queue, memory)
    await queue.finish()
  },
}

async function grown(times) {
  const thing = things[what]
  for (let time = 0; time < times; time += 1) {
    const pending = thing()
    if (pending !== undefined) await pending
    // Finalisers need the event loop.
    else if (time % 1000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  queue.finishSync()
  // What one collection finalises, the next one frees.
  for (let time = 0; time < 20; time += 1) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const { uordblks, hblkhd } = mallinfo()
  return { native: uordblks + hblkhd, heap: process.memoryUsage().heapUsed, resident: process.memoryUsage().rss }
}

const before = await grown(count / 4)
const after = await grown(count)
const growth = Object.entries(after).map(([name, bytes]) => [name, bytes - before[name]])
console.log(JSON.stringify(Object.fromEntries(growth)))
