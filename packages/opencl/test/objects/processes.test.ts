import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { describe, expect, it } from "vitest"

const run = promisify(execFile)

/** Runs a program of `processes/`. Fails when it takes more than 20 s. */
async function outcome(name: string): Promise<{ readonly code: number; readonly printed: string }> {
  const path = fileURLToPath(new URL(`processes/${name}.mjs`, import.meta.url))
  try {
    const { stdout } = await run(process.execPath, ["--expose-gc", path], { timeout: 60_000 })
    return { code: 0, printed: stdout }
  } catch (error) {
    const { code, signal, stdout, stderr } = error as { code: number; signal: string; stdout: string; stderr: string }
    if (signal || stderr) throw new Error(`${name} ended by ${signal || code}: ${stderr}`)
    return { code, printed: stdout }
  }
}

describe("a process", () => {
  it("can exit while a kernel runs that is awaited", async () => {
    // PoCL's threads go on while the process ends, and once in many times one of them finds something gone: the process
    // has exited by then, and is ended by a signal. What may not be is that it goes on.
    const ends: unknown[] = []
    const isCrash = (error: unknown) => String(error).includes("ended by SIGSEGV")
    do {
      ends.push(await outcome("exit-while-running").catch((error) => (isCrash(error) ? "crashed" : error)))
    } while (ends.at(-1) === "crashed" && ends.length < 5)
    expect(ends.at(-1)).toEqual({ code: 3, printed: "" })
  })

  it("ends when all that it awaits is what it alone could bring about", async () => {
    expect(await outcome("idle-forever")).toEqual({ code: 0, printed: "nothing left to do\n" })
  })

  it("goes on for what the device still has to do", async () => {
    expect(await outcome("late-gate")).toEqual({ code: 0, printed: "read true\n" })
  })

  it("survives that everything is collected at once", async () => {
    expect(await outcome("dropped")).toEqual({ code: 0, printed: "all collected\n" })
  })
})

describe("several threads", () => {
  it("use one device at once", async () => {
    expect(await outcome("several-threads")).toEqual({ code: 0, printed: "true true true true\n" })
  })

  it("may be ended in the middle of anything", async () => {
    const printed = "kernel: ended\nbuild: ended\nstill here\n"
    expect(await outcome("ended-thread")).toEqual({ code: 0, printed })
  })
})
