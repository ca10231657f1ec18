import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { driver, missingDriver } from "@strongroom/test-machine"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { matchContent } from "../../src/index.js"
import { compile, noCompiler } from "../compile.js"
import { noNamespaces } from "../namespaces.js"
import { askVault, expectHarmless, ownVariables, runInVault, writeBundle } from "../opencl-vault.js"
import type { WrittenModel } from "../sealed-model.js"
import { attributed, makeNeedles, startTrial, type Trial, valuesOf } from "../trial.js"

// PoCL at its default places: not where scripts/drivers.mjs keeps its kernels.
const { POCL_CACHE_DIR: _, ...pocl } = driver("pocl")
const needles = makeNeedles()
const values = valuesOf(needles)
/** What is planted leaves this. */
const word = makeNeedles().comment
let trial: Trial
let model: WrittenModel

const why = missingDriver("pocl")

/** What takes a compiler some time to read: functions that nothing calls. */
const longProgram = Array.from(
  { length: 1000 },
  (_, index) => `static float unused${index}(float x) { return sin(x) * ${index}.0f; }`,
).join("\n")

describe.skipIf(why)(`PoCL${why ? ` (not here: ${why})` : ""}`, () => {
  beforeAll(async () => {
    model = await writeBundle(needles)
  })
  afterAll(() => model.close())
  beforeEach(() => {
    trial = startTrial()
  })
  afterEach(() => trial.close())

  /** In the app's environment, and with what the backend's own code sets beside. */
  const vaultIsHarmless = (environment: Readonly<Record<string, string>>, fixed = {}) =>
    expectHarmless(trial, needles, model, {
      ...{ driver: "pocl", environment },
      fixed: { ...ownVariables("pocl"), ...fixed },
    })

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

  it("keeps nothing of what a vault compiles", async () => {
    await vaultIsHarmless(pocl)
  })

  it.skipIf(noNamespaces)("leaves nothing behind when a vault is killed", async () => {
    const killed = { driver: "pocl", environment: pocl, ending: "leave" } as const
    await expect(runInVault(trial, model, killed)).rejects.toThrow(/SIGKILL/)
    expect(trial.exposing(needles)).toEqual([])
  })

  it("writes the source, comments and all, while it builds: whoever watches has it", { timeout: 240_000 }, async () => {
    const ids = ["pocl-temp-source", "os-inotify-race"]
    const seen: string[] = []
    // The file lives while the compiler reads it, and whoever watches can be too late: it is enough to have it once.
    for (let run = 0; run < 24 && seen.length === 0; run++) {
      const other = makeNeedles()
      const [name = "", source = "", weights = ""] = valuesOf(other)
      const found = await trial.exposingWhile(other, () =>
        trial.run("opencl.mjs", [name, `${source}\n${longProgram}`, weights], pocl),
      )
      seen.push(...found.filter((path) => path.endsWith(".cl")))
      expect(trial.holding(other.comment), "it was deleted").toEqual([])
    }
    expect(seen.length, ids.join()).toBeGreaterThan(0)
    expect(attributed("pocl-temp-source", seen)).toBe(true)
  })

  it.skipIf(noNamespaces)("shows whoever watches a vault nothing", async () => {
    for (const cache of ["off", "sealed"] as const) {
      const run = () => runInVault(trial, model, { driver: "pocl", environment: pocl, cache })
      expect(await trial.exposingWhile(needles, run)).toEqual([])
    }
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

  it("keeps no source of a vault's, whoever sets it", async () => {
    const kept = { POCL_LEAVE_KERNEL_COMPILER_TEMP_FILES: "1" }
    await vaultIsHarmless({ ...pocl, ...kept }, kept)
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

  it("logs nothing of a vault's, whoever sets them", async () => {
    const traced = { POCL_TRACING: "text", POCL_DEBUG: "all" }
    await vaultIsHarmless({ ...pocl, ...traced }, traced)
  })

  it("runs the first ld in PATH, and none but the system's where PATH is set", async () => {
    const id = "pocl-ld-path"
    const planted = { ...pocl, PATH: `${plantLinker(trial)}:/usr/bin:/bin` }
    await trial.runNeutralised(id, "opencl.mjs", values, planted)
    expect(trial.holding(word)).toEqual(["tools/ld"])
    // Another kernel, which needs ld again.
    const other = makeNeedles()
    await trial.run("opencl.mjs", valuesOf(other), planted)
    expect([...trial.holding(word)].sort()).toEqual(["tools/ld", "work/ran"])
  })

  it("runs none but the system's in a vault", async () => {
    await vaultIsHarmless({ ...pocl, PATH: `${plantLinker(trial)}:/usr/bin:/bin` })
    expect(trial.holding(word)).toEqual(["tools/ld"])
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

  it("writes from a vault to none of the places that variables lead to", async () => {
    const [elsewhere, temporary] = [join(trial.folder, "elsewhere"), join(trial.folder, "temporary")]
    for (const folder of [elsewhere, temporary]) mkdirSync(folder)
    const homes = ["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"]
    await vaultIsHarmless({
      ...pocl,
      POCL_CACHE_DIR: elsewhere,
      ...Object.fromEntries(homes.map((name) => [name, elsewhere])),
      ...Object.fromEntries(["TMPDIR", "TMP", "TEMP"].map((name) => [name, temporary])),
    })
    expect(trial.holding("").filter((path) => /^(elsewhere|temporary)/.test(path))).toEqual([])
  })

  it.skipIf(noCompiler)("runs any library that stands in its cache, unless that is a private one", async () => {
    const id = "pocl-cache-poison"
    await trial.run("opencl.mjs", values, pocl)
    const [library] = trial.holding(needles.name).filter((path) => path.endsWith(".so"))
    compile(join(trial.folder, String(library)), join(trial.work, "ran"), word)
    await trial.runNeutralised(id, "opencl.mjs", values, pocl)
    expect(trial.holding(word)).toEqual([library])
    // The same kernel, and PoCL's own place for it.
    expect(await runInVault(trial, model, { driver: "pocl", environment: pocl })).toMatch(/^ran: /)
    expect(trial.holding(word)).toEqual([library])
    // It has no kernel in it, so that PoCL ends the process; by then it has run.
    await trial.run("opencl.mjs", values, pocl).catch(() => {})
    expect(trial.holding(word)).toContain("work/ran")
  })

  // Started by exec, ld let others in: vault/test/attacks shows that of any program inside a user namespace.
  describe.skipIf(noNamespaces)(
    "while PoCL links in a vault, another process of the same user, by /proc/PID/cwd,",
    () => {
      async function goThrough(models: readonly WrittenModel[], library = "") {
        const asked = askVault(trial, models, { driver: "pocl" })
        const { found, linkers, printed } = JSON.parse(await trial.run("through-linker.mjs", [asked, library], pocl))
        return { found: Object.keys(found), linkers, printed }
      }

      it("finds the linker's process and gets nowhere, once and again", async () => {
        const ids = ["pocl-kcache", "pocl-temp-source", "pocl-ld-path", "os-inotify-race"]
        const other = await writeBundle(makeNeedles())
        try {
          const { found, linkers, printed } = await goThrough([model, other])
          expect(printed.match(/ran: /g), ids.join()).toHaveLength(2)
          expect(linkers, "it had its chances").toBeGreaterThan(0)
          expect(found).toEqual([])
        } finally {
          other.close()
        }
      })

      it.skipIf(noCompiler)("has no library of its own run", async () => {
        const id = "pocl-cache-poison"
        const library = join(trial.folder, "planted.so")
        compile(library, "ran", word)
        const { found, linkers, printed } = await goThrough([model], library)
        expect(printed, id).toMatch(/ran: /)
        expect(linkers).toBeGreaterThan(0)
        expect(found).toEqual([])
      })
    },
  )
})

/** A folder with an `ld` that leaves a word in work/ran, and then does its work. */
function plantLinker({ folder, work }: Trial): string {
  const tools = join(folder, "tools")
  const linker = join(tools, "ld")
  mkdirSync(tools)
  writeFileSync(linker, `#!/bin/sh\necho ${word} > "${work}/ran"\nexec /usr/bin/ld "$@"\n`)
  chmodSync(linker, 0o755)
  return tools
}
