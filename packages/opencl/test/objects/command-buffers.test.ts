import { describe, expect, it } from "vitest"
import { OpenCLError } from "../../src/objects/index.js"
import { context, device, program, queue, thrown } from "./fixture.js"

/** A buffer that is scaled by 2, then by 3. */
function recorded(onto = queue) {
  const values = context.createBuffer(Float32Array.of(1, 10))
  const kernels = [2, 3].map((factor) => program.createKernel("scale").setArguments(values, factor))
  const commands = context.createCommandBuffer(onto)
  for (const kernel of kernels) commands.add(kernel, 2)
  return { values, kernels, commands }
}

describe.skipIf(!device.hasCommandBuffers)("a command buffer", () => {
  it("runs what it has recorded, as often as it is enqueued", async () => {
    const { values, commands } = recorded()
    commands.finalize().enqueue()
    expect(await values.read(queue, new Float32Array(2))).toEqual(Float32Array.of(6, 60))
    // At once, and without waiting for what goes on.
    for (let time = 0; time < 20; time += 1) {
      queue.finishSync()
      commands.enqueue()
    }
    values.writeSync(queue, Float32Array.of(1, 10))
    commands.enqueue()
    commands.enqueue()
    expect(await values.read(queue, new Float32Array(2))).toEqual(Float32Array.of(36, 360))
  })

  it("keeps its order in a queue that has none", async () => {
    using loose = context.createQueue({ outOfOrder: true })
    using sum = context.createBuffer(Float32Array.of(1))
    using twice = program.createKernel("add")
    using scale = program.createKernel("scale")
    twice.setArguments(sum, sum, sum)
    scale.setArguments(sum, -1)
    const commands = context.createCommandBuffer(loose)
    for (let step = 0; step < 20; step += 1) commands.add(twice, 1).add(scale, 1)
    await commands.finalize().enqueue({ event: true }).finished
    expect(await sum.read(loose, new Float32Array(1))).toEqual(Float32Array.of(2 ** 20))
  })

  it("waits for events", async () => {
    const { values, commands } = recorded()
    using gate = context.createUserEvent()
    const done = commands.finalize().enqueue({ after: gate, event: true })
    expect(done.status).not.toBe("complete")
    gate.complete()
    await done.finished
    expect(await values.read(queue, new Float32Array(2))).toEqual(Float32Array.of(6, 60))
  })

  it("is enqueued only when it is final, and records nothing then", () => {
    const { kernels, commands } = recorded()
    expect(thrown(() => commands.enqueue())).toMatchObject({ code: "INVALID_OPERATION" })
    commands.finalize()
    const [kernel] = kernels as [(typeof kernels)[0]]
    expect(thrown(() => commands.add(kernel, 2))).toMatchObject({ code: "INVALID_OPERATION" })
  })

  it("holds its kernels' arguments as they are until it is released", () => {
    const { kernels, commands } = recorded()
    const [kernel] = kernels as [(typeof kernels)[0]]
    expect(thrown(() => kernel.setArgument(1, 4))).toBeInstanceOf(TypeError)
    commands.release()
    kernel.setArgument(1, 4)
  })

  it("isn't enqueued once an argument was released", () => {
    const { values, commands } = recorded()
    commands.finalize()
    values.release()
    expect(thrown(() => commands.enqueue())).toBeInstanceOf(TypeError)
  })

  it("goes with its queue", () => {
    const own = context.createQueue()
    const { commands } = recorded(own)
    own.release()
    expect(commands.released).toBe(true)
    expect(thrown(() => commands.finalize())).toBeInstanceOf(TypeError)
  })
})

it.skipIf(device.hasCommandBuffers)("a device without command buffers says so", () => {
  const error = thrown(() => context.createCommandBuffer(queue))
  expect(error).toBeInstanceOf(OpenCLError)
  expect(error).toMatchObject({ code: "INVALID_OPERATION" })
})
