import { describe, expect, it } from "vitest"
import { createContext, OpenCLError, type Program } from "../../src/objects/index.js"
import { context, device, program, queue, thrown } from "./fixture.js"

const source = "kernel void answer(global int *to) { to[get_global_id(0)] = ANSWER; }"

async function answer(made: Program): Promise<number | undefined> {
  using kernel = made.createKernel("answer")
  using buffer = context.createBuffer(4)
  kernel.setArguments(buffer).enqueue(queue, 1)
  return (await buffer.read(queue, new Int32Array(1)))[0]
}

describe("a program", () => {
  it("is built from source, with options", async () => {
    using made = await context.createProgram(source, { compilerOptions: "-D ANSWER=42" })
    using other = context.createProgramSync(source, { compilerOptions: "-DANSWER=-1" })
    expect(made.kernelNames).toEqual(["answer"])
    expect([await answer(made), await answer(other)]).toEqual([42, -1])
  })

  it("is built while JavaScript goes on", async () => {
    // Different every time: a compiler that has a cache would be done at once.
    const lines = Array.from({ length: 1500 }, (_, line) => `x = x * ${Math.random()}f + sin(x + ${line}.5f);`)
    let turns = 0
    const counting = setInterval(() => (turns += 1), 1)
    using made = await context.createProgram(
      `kernel void many(global float *to) { float x = to[0]; ${lines.join("\n")} to[0] = x; }`,
    )
    clearInterval(counting)
    expect(made.kernelNames).toEqual(["many"])
    expect(turns).toBeGreaterThan(2)
  })

  it("gives binaries, of which it is made again", async () => {
    using made = await context.createProgram(source, { compilerOptions: "-D ANSWER=7" })
    const binaries = made.binaries()
    expect([...binaries.keys()]).toEqual([device])
    expect(binaries.get(device)?.length).toBeGreaterThan(100)
    using again = await context.createProgram({ binaries })
    expect(await answer(again)).toBe(7)
  })

  it.each(["async", "sync"])("that doesn't compile is an error with the compiler's words (%s)", async (how) => {
    const broken = "kernel void broken(global int *to) { to[0] = nowhere; }"
    const error = await (how === "sync"
      ? Promise.resolve(thrown(() => context.createProgramSync(broken)))
      : context.createProgram(broken).catch((reason) => reason))
    expect(error).toBeInstanceOf(OpenCLError)
    expect(error.code).toBe("BUILD_PROGRAM_FAILURE")
    expect(error.buildLog).toContain("nowhere")
    expect(error.message).toContain("nowhere")
  })

  it("names its kernels when it lacks one", () => {
    expect(() => program.createKernel("subtract")).toThrow(/has no kernel "subtract": it has .*add.*ids/)
    expect(thrown(() => program.createKernel("subtract"))).toMatchObject({ code: "INVALID_KERNEL_NAME" })
  })

  it("refuses damaged binaries", async () => {
    const error = await context.createProgram({ binaries: new Map([[device, Buffer.from("not a binary")]]) }).then(
      () => new Error("It was made."),
      (reason) => reason,
    )
    expect(error).toBeInstanceOf(OpenCLError)
    expect(error.code).toBe("INVALID_BINARY")
  })

  it("takes intermediate languages where the device does, and says so where it doesn't", async () => {
    if (device.intermediateLanguages.length > 0) return
    await expect(context.createProgram({ intermediateLanguage: new Uint8Array(64) })).rejects.toThrow(
      "takes no intermediate language",
    )
  })

  it.each([null, undefined, 1, {}, { binaries: [] }, []])("isn't made from %o", async (wrong) => {
    await expect(context.createProgram(wrong as never)).rejects.toBeInstanceOf(TypeError)
    expect(thrown(() => context.createProgramSync(wrong as never))).toBeInstanceOf(TypeError)
  })

  it("isn't left behind by a context that goes while it is built", async () => {
    const short = createContext(device)
    const building = short.createProgram(`kernel void k(global int *to) { to[0] = ${Math.random()}f; }`)
    short.release()
    await expect(building).rejects.toThrow("This context has been released")
  })
})
