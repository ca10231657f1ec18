/** What needs a process or a thread of its own: callbacks, exits, workers, node-opencl's examples. */
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, describe, expect, it } from "vitest"
import { isPocl } from "./device.js"
import { unpack } from "./node-opencl/package.js"

const packageRoot = fileURLToPath(new URL("..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "opencl-process-"))
afterAll(() => rmSync(folder, { recursive: true }))

const prelude = `const cl = require("@strongroom/opencl")
  const platform = cl.getPlatformIDs()[0], device = cl.getDeviceIDs(platform)[0]
  const context = cl.createContext(null, [device]), queue = cl.createCommandQueue(context, device)
  const say = (value) => console.log(JSON.stringify(value))
  const outcome = (call) => { try { call(); return "works" } catch (error) { return error.code ?? error.message } };`

/** Runs code, or a file, in a process of its own; each line that it printed. */
async function run(values: readonly string[], timeout = 20_000): Promise<string[]> {
  const command = ["--no-deprecation", ...values]
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: packageRoot, timeout })
  return stdout.trim().split("\n")
}

const runCode = (code: string, timeout?: number) => run(["-e", prelude + code], timeout)

describe("a callback on an event", () => {
  it("comes though the program blocks on the same queue right away", async () => {
    const lines = await runCode(`
      const buffer = cl.createBuffer(context, 0, 1 << 20)
      for (let turn = 0; turn < 200; turn += 1) {
        const event = cl.enqueueFillBuffer(queue, buffer, 1, 0, 1 << 20, null, true)
        cl.setEventCallback(event, cl.COMPLETE, (same, status) => say([turn, same === event, status]))
        cl.finish(queue)
      }`)
    expect(lines.length).toBe(200)
    expect(JSON.parse(lines[199] as string)).toEqual([199, true, 0])
  })

  it.skipIf(!isPocl)(
    "would never come by way of the driver: its thread and JavaScript wait for one another",
    async () => {
      const ended = runCode(
        `
      const koffi = require("koffi"), library = koffi.load("libOpenCL.so.1")
      const set = library.func("clSetEventCallback", "int", ["void *", "int", "void *", "void *"])
      const type = koffi.pointer(koffi.proto("void notify(void *event, int status, void *data)"))
      const notify = koffi.register(() => {}, type)
      const buffer = cl.createBuffer(context, 0, 1 << 22)
      for (let turn = 0; turn < 200; turn += 1) {
        const event = cl.enqueueFillBuffer(queue, buffer, 1, 0, 1 << 22, null, true)
        set(BigInt(/0x[0-9a-f]+/.exec(String(event))[0]), cl.COMPLETE, notify, null)
        cl.enqueueFillBuffer(queue, buffer, 1, 0, 1 << 22)
        cl.finish(queue)
      }`,
        3000,
      )
      await expect(ended).rejects.toMatchObject({ killed: true })
    },
  )

  it("keeps the process alive until it comes, and no longer", async () => {
    const lines = await runCode(`
      const event = cl.createUserEvent(context)
      cl.setEventCallback(event, cl.COMPLETE, (_event, status, data) => say([status, data]), { some: "data" })
      setTimeout(() => cl.setUserEventStatus(event, cl.COMPLETE), 50)
      say("first")`)
    expect(lines).toEqual(['"first"', '[0,{"some":"data"}]'])
  })

  it("gets the status of a command that failed", async () => {
    const lines = await runCode(`
      const event = cl.createUserEvent(context)
      cl.setEventCallback(event, cl.COMPLETE, (_event, status) => say(status))
      cl.setUserEventStatus(event, -5)`)
    expect(lines).toEqual(["-5"])
  })

  it("that throws is the program's error, and no other callback's", async () => {
    const lines = await runCode(`
      process.on("uncaughtException", (error) => say(error.message))
      const [first, second] = [cl.createUserEvent(context), cl.createUserEvent(context)]
      cl.setEventCallback(first, cl.COMPLETE, () => { throw new Error("mine") })
      cl.setEventCallback(second, cl.COMPLETE, () => say("second"))
      cl.setUserEventStatus(first, 0); cl.setUserEventStatus(second, 0)`)
    expect(lines.sort()).toEqual(['"mine"', '"second"'])
  })
})

describe("a build with a callback, where koffi's other threads have small stacks", () => {
  it("is made on the program's own, and told afterwards", async () => {
    const lines = await run([
      "-e",
      `require("koffi").load(null); ${prelude}
      const program = cl.createProgramWithSource(context, "kernel void f() {}")
      cl.buildProgram(program, null, null, (same, data, error) => say([same === program, data, error ?? null]), "data")
      say(cl.getProgramBuildInfo(program, device, cl.PROGRAM_BUILD_STATUS) === cl.BUILD_SUCCESS)`,
    ])
    expect(lines).toEqual(["true", '[true,"data",null]'])
  })
})

describe("the end of a process", () => {
  it("doesn't wait for commands that don't block, or for their memory", async () => {
    const lines = await runCode(`
      const gate = cl.createUserEvent(context), buffer = cl.createBuffer(context, 0, 1 << 20)
      cl.enqueueWriteBuffer(queue, buffer, false, 0, 1 << 20, Buffer.alloc(1 << 20), [gate])
      say("end")`)
    expect(lines).toEqual(['"end"'])
  })
})

describe("releaseAll", () => {
  it("releases every object, and leaves platforms and devices", async () => {
    const lines = await runCode(`
      const buffer = cl.createBuffer(context, 0, 8)
      cl.retainMemObject(buffer)
      cl.releaseAll()
      say([outcome(() => cl.getMemObjectInfo(buffer, cl.MEM_SIZE)), outcome(() => cl.createBuffer(context, 0, 8)),
        outcome(() => cl.finish(queue)), outcome(() => cl.createContext(null, [device]))])`)
    expect(JSON.parse(lines[0] as string)).toEqual([
      "INVALID_MEM_OBJECT",
      "INVALID_CONTEXT",
      "INVALID_COMMAND_QUEUE",
      "works",
    ])
  })
})

describe("worker threads", () => {
  it("use OpenCL at the same time, each with objects of its own", async () => {
    const lines = await run([
      "-e",
      `const { Worker } = require("node:worker_threads")
      const code = ${JSON.stringify(`${prelude}
        const program = cl.createProgramWithSource(context, "kernel void f(global int *x, int n) { x[get_global_id(0)] += n; }")
        cl.buildProgram(program)
        const kernel = cl.createKernel(program, "f"), buffer = cl.createBuffer(context, 0, 4096)
        const { threadId, parentPort } = require("node:worker_threads")
        cl.enqueueFillBuffer(queue, buffer, 0, 0, 4096)
        for (let turn = 0; turn < 500; turn += 1) {
          cl.setKernelArg(kernel, 0, "int*", buffer); cl.setKernelArg(kernel, 1, "int", threadId)
          cl.enqueueNDRangeKernel(queue, kernel, 1, null, [1024])
        }
        const result = new Int32Array(1024)
        const event = cl.enqueueReadBuffer(queue, buffer, false, 0, 4096, result, null, true)
        cl.setEventCallback(event, cl.COMPLETE, () =>
          parentPort.postMessage(result.every((value) => value === 500 * threadId)))`)}
      const workers = Array.from({ length: 4 }, () => new Worker(code, { eval: true }))
      let left = workers.length
      for (const worker of workers) worker.on("message", (message) => console.log(message))
        .on("error", (error) => console.log(error.message)).on("exit", () => { if (--left === 0) console.log("all") })`,
    ])
    expect(lines).toEqual(["true", "true", "true", "true", "all"])
  })

  it("can be ended while an event is awaited", async () => {
    const lines = await run([
      "-e",
      `const { Worker } = require("node:worker_threads")
      const code = ${JSON.stringify(`${prelude}
        cl.setEventCallback(cl.createUserEvent(context), cl.COMPLETE, () => {})
        require("node:worker_threads").parentPort.postMessage("waiting")`)}
      const worker = new Worker(code, { eval: true })
      worker.on("message", async () => console.log("ended", await worker.terminate()))`,
    ])
    expect(lines).toEqual(["ended 1"])
  })
})

describe("node-opencl's examples", () => {
  const place = join(folder, "node-opencl")
  unpack(place)
  const example = (name: string) => run([join(place, "examples", name)])

  it("square.js", async () => expect(await example("square.js")).toContain("Last value is : 9801 should be 9801"))
  it("square_events.js", async () => expect(await example("square_events.js")).toContain("Last value is : 9801"))
  it("vector_add.js", async () =>
    expect((await example("vector_add.js")).join()).toMatch(/C = 0, 3, 6, 9, 12, 15, 18, 21, 24, 27/))

  it.each(["saxpy.js", "vector_add_mapped.js"])("%s asks for a GPU", async (name) => {
    await expect(example(name)).rejects.toThrow(/Device not found/)
  })
})
