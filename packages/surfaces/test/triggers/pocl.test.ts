import { chmodSync, mkdirSync, readFileSync, watch, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { matchContent } from "../../src/index.js"
import { compile, noCompiler } from "../compile.js"
import { driver, missing } from "../drivers.js"
import { attributed, makeNeedles, startTrial, type Trial } from "../trial.js"

// PoCL at its default places: not where scripts/drivers.mjs keeps its kernels.
const { POCL_CACHE_DIR: _, ...pocl } = driver("pocl")
const needles = makeNeedles()
const values = [needles.name, needles.comment, needles.weights.toString("hex")]
let trial: Trial

const why = missing("pocl")

describe.skipIf(why)(`PoCL${why ? ` (not here: ${why})` : ""}`, () => {
  beforeEach(() => {
    trial = startTrial()
  })
  afterEach(() => trial.close())

  it("keeps bitcode and machine code of every kernel in its cache", async () => {
    const id = "pocl-kcache"
    await trial.run("opencl.mjs", values, pocl)
    const kept = trial.holding(needles.name)
    const formats = kept.map((path) => matchContent(trial.read(path))?.id)
    expect(formats.sort()).toEqual(["elf", "llvm-bitcode"])
    expect(kept.every((path) => attributed(id, [path]))).toBe(true)
  })

  it("with its cache off, leaves them behind when the process is killed", async () => {
    await expect(trial.run("opencl.mjs", [...values, "leave"], { ...pocl, POCL_KERNEL_CACHE: "0" })).rejects.toThrow(
      /SIGKILL/,
    )
    const left = trial.holding(needles.name)
    expect(left).toHaveLength(2)
    expect(attributed("pocl-kcache", left)).toBe(true)
  })

  it("writes outside of a private directory no more, killed or not", async () => {
    await trial.runNeutralised("pocl-kcache", "opencl.mjs", values, pocl)
    await expect(trial.runNeutralised("pocl-kcache", "opencl.mjs", [...values, "leave"], pocl)).rejects.toThrow(
      /SIGKILL/,
    )
    expect(trial.holding(needles.name)).toEqual([])
  })

  it("writes the source, comments and all, while it builds: whoever watches has it", async () => {
    const ids = ["pocl-temp-source", "os-inotify-race"]
    const cache = join(trial.home, ".cache/pocl/kcache")
    mkdirSync(cache, { recursive: true })
    const seen = new Map<string, string>()
    // The file lives for a moment, and whoever watches can be too late: it is enough to have it once.
    for (let run = 0; run < 8 && seen.size === 0; run++) {
      const other = makeNeedles()
      const watcher = watch(cache, (_event, name) => {
        try {
          const text = name?.endsWith(".cl") ? readFileSync(join(cache, name), "utf8") : ""
          if (name && text.includes(other.comment)) seen.set(name, text)
        } catch {
          // It is gone again.
        }
      })
      try {
        await trial.run("opencl.mjs", [other.name, other.comment, other.weights.toString("hex")], pocl)
      } finally {
        watcher.close()
      }
      expect(trial.holding(other.comment), "it was deleted").toEqual([])
    }
    expect(seen.size, ids.join()).toBeGreaterThan(0)
    expect(attributed("pocl-temp-source", [...seen.keys()])).toBe(true)
  })

  it("keeps the source too where a variable says so", async () => {
    const id = "pocl-leave-temps"
    const kept = { ...pocl, POCL_LEAVE_KERNEL_COMPILER_TEMP_FILES: "1" }
    await trial.run("opencl.mjs", values, kept)
    expect(trial.holding(needles.comment)).toEqual([expect.stringMatching(/tempfile_.*\.cl$/)])
    expect(attributed(id, trial.holding(needles.name))).toBe(true)
  })

  it("keeps no source where that variable is 0", async () => {
    await trial.runNeutralised("pocl-leave-temps", "opencl.mjs", values, {
      ...pocl,
      POCL_LEAVE_KERNEL_COMPILER_TEMP_FILES: "1",
    })
    expect(trial.holding(needles.comment)).toEqual([])
  })

  it("logs the names of kernels where a variable says so", async () => {
    const id = "pocl-debug-trace"
    const traced = { ...pocl, POCL_TRACING: "text" }
    await trial.run("opencl.mjs", values, traced)
    const logs = trial.holding(needles.name).filter((path) => path.startsWith("work"))
    expect(logs).toHaveLength(1)
    expect(attributed(id, logs)).toBe(true)
  })

  it("logs nothing without them", async () => {
    await trial.runNeutralised("pocl-debug-trace", "opencl.mjs", values, { ...pocl, POCL_TRACING: "text" })
    expect(trial.holding(needles.name).filter((path) => path.startsWith("work"))).toEqual([])
  })

  it("runs the first ld in PATH, and none but the system's where PATH is set", async () => {
    const id = "pocl-ld-path"
    const planted = { ...pocl, PATH: `${plantLinker(trial)}:/usr/bin:/bin` }
    await trial.runNeutralised(id, "opencl.mjs", values, planted)
    expect(trial.holding(needles.comment)).toEqual(["tools/ld"])
    // Another kernel, which needs ld again.
    const other = makeNeedles()
    await trial.run("opencl.mjs", [other.name, other.comment, other.weights.toString("hex")], planted)
    expect([...trial.holding(needles.comment)].sort()).toEqual(["tools/ld", "work/ran"])
  })

  it("writes wherever XDG_CACHE_HOME leads, as most drivers do", async () => {
    const id = "os-tmp-redirect"
    const redirected = { ...pocl, XDG_CACHE_HOME: join(trial.folder, "elsewhere") }
    await trial.runNeutralised(id, "opencl.mjs", values, redirected)
    expect(trial.holding(needles.name)).toEqual([])
    await trial.run("opencl.mjs", values, redirected)
    expect(trial.holding(needles.name).every((path) => path.startsWith("elsewhere/"))).toBe(true)
    expect(trial.holding(needles.name)).toHaveLength(2)
  })

  it.skipIf(noCompiler)("runs any library that stands in its cache, unless that is a private one", async () => {
    const id = "pocl-cache-poison"
    await trial.run("opencl.mjs", values, pocl)
    const [library] = trial.holding(needles.name).filter((path) => path.endsWith(".so"))
    compile(join(trial.folder, String(library)), join(trial.work, "ran"), needles.comment)
    await trial.runNeutralised(id, "opencl.mjs", values, pocl)
    expect(trial.holding(needles.comment)).toEqual([library])
    // It has no kernel in it, so that PoCL ends the process; by then it has run.
    await trial.run("opencl.mjs", values, pocl).catch(() => {})
    expect(trial.holding(needles.comment)).toContain("work/ran")
  })
})

/** A folder with an `ld` that leaves a word in work/ran, and then does its work. */
function plantLinker({ folder, work }: Trial): string {
  const tools = join(folder, "tools")
  const linker = join(tools, "ld")
  mkdirSync(tools)
  writeFileSync(linker, `#!/bin/sh\necho ${needles.comment} > "${work}/ran"\nexec /usr/bin/ld "$@"\n`)
  chmodSync(linker, 0o755)
  return tools
}
