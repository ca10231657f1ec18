import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { expect, it } from "vitest"
import { contextInfo, readInfo } from "../../src/info/index.js"
import { constants, opencl } from "../../src/native/index.js"
import { createContext, type Queue } from "../../src/objects/index.js"
import { ownedOf } from "../../src/objects/native-object.js"
import { device } from "./fixture.js"

setFlagsFromString("--expose-gc")
const collect: () => void = runInNewContext("gc")

const context = createContext(device)
const queue = context.createQueue()

/** How many references the driver counts to the context: every object of it is one, or more. */
function references(): number {
  const handle = ownedOf(context).live()
  return readInfo(contextInfo[constants.CONTEXT_REFERENCE_COUNT], "clGetContextInfo", (size, value, returned) =>
    opencl().clGetContextInfo(handle, constants.CONTEXT_REFERENCE_COUNT, size, value, returned),
  )
}

async function settled(): Promise<number> {
  for (let time = 0; time < 10; time += 1) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return references()
}

const things: Readonly<Record<string, (line: Queue) => unknown>> = {
  buffers: () => context.createBuffer(64),
  parts: () => context.createBuffer(4096).subBuffer(),
  queues: () => context.createQueue(),
  samplers: () => context.createSampler(),
  images: () => context.createImage({ width: 4 }),
  programs: () => context.createProgramSync("kernel void k(global int *to) { to[0] = 1; }").createKernel("k"),
  "user events": () => context.createUserEvent(),
  "mapped regions": (line) => context.createBuffer(64).mapSync(line),
  "mapped regions that were looked at": (line) => context.createBuffer(64).mapSync(line).bytes,
}

/** Intel's CPU driver counts the program's references alone. */
function countsObjects(): boolean {
  const before = references()
  using buffer = context.createBuffer(4)
  return references() > before && !buffer.released
}

it.skipIf(!countsObjects()).each(Object.keys(things))(
  "%s that nobody released are released when they are collected",
  async (name) => {
    const before = await settled()
    const make = things[name] as (line: Queue) => unknown
    // In a function of its own, of which nothing is left on the stack.
    const most = (() => {
      const made = Array.from({ length: 20 }, () => make(queue))
      return { references: references(), length: made.length }
    })()
    expect(most.references).toBeGreaterThanOrEqual(before + most.length)
    expect(await settled()).toBeLessThan(before + 3)
  },
)

it("what is still in use isn't: an argument, and what an object was made from", async () => {
  const made = (() => {
    const whole = createContext(device)
    const program = whole.createProgramSync("kernel void k(global float *to) { to[0] = 7; }")
    return {
      kernel: program.createKernel("k").setArguments(whole.createBuffer(8)),
      part: whole.createBuffer(Float32Array.of(1, 2)).subBuffer({ byteLength: 4 }),
      view: new Float32Array(whole.createBuffer(Float32Array.of(1, 2)).mapSync(whole.createQueue()).bytes),
      image: whole.createImage({ width: 4 }),
      queue: whole.createQueue(),
      event: whole.createQueue().enqueueMarker(),
      gate: whole.createUserEvent(),
    }
  })()
  await settled()
  expect(made.view).toEqual(Float32Array.of(1, 2))
  expect(made.part.readSync(made.queue, new Float32Array(1))).toEqual(Float32Array.of(1))
  made.kernel.enqueue(made.queue, 1)
  made.image.enqueueFill(made.queue, Float32Array.of(1, 0, 0, 1))
  expect((await made.image.read(made.queue, new Uint8Array(16)))[0]).toBe(255)
  await made.event.finished
  made.gate.complete()
})

it.each(["kernel", "part", "region", "image", "sampler", "queue", "event", "gate"])(
  "a %s alone keeps its context",
  async (name) => {
    const kept = (() => {
      const whole = createContext(device)
      const line = whole.createQueue()
      const program = whole.createProgramSync("kernel void k(global float *to) { to[0] = 7; }")
      const buffer = whole.createBuffer(4096)
      const all: Record<string, { readonly released: boolean }> = {
        kernel: program.createKernel("k"),
        part: buffer.subBuffer(),
        region: buffer.mapSync(line),
        image: whole.createImage({ width: 4 }),
        sampler: whole.createSampler(),
        queue: line,
        event: line.enqueueMarker(),
        gate: whole.createUserEvent(),
      }
      return all[name]
    })()
    await settled()
    expect(kept?.released).toBe(false)
  },
)
