// What doctor says of drivers, against what the drivers do.
import { spawnSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { discover } from "@strongroom/opencl/discovery"
import { driver, missingDriver } from "@strongroom/test-machine"
import { describe, expect, it } from "vitest"
import { type Doctor, doctor } from "../src/index.js"
import { surfaceIn, variable } from "./doctor-machine.js"
import { temporaryFolder } from "./support.js"

type Variables = { readonly [name: string]: string }

const kernelName = "k5f3a9c_planted"
const comment = "c81d7e_planted"

// Builds a kernel and runs it; with "leave" it ends as a crash does. Weights are bytes of a known beginning.
const program = `
import * as cl from ${JSON.stringify(import.meta.resolve("@strongroom/opencl"))}
const platform = cl.getPlatformIDs()[0]
const device = cl.getDeviceIDs(platform)[0]
const context = cl.createContext([cl.CONTEXT_PLATFORM, platform], [device])
const queue = cl.createCommandQueue(context, device)
const built = cl.createProgramWithSource(context, "/* ${comment} */ kernel void ${kernelName}(global uchar *x) { x[get_global_id(0)] += 1; }")
cl.buildProgram(built)
const kernel = cl.createKernel(built, "${kernelName}")
const buffer = cl.createBuffer(context, cl.MEM_READ_WRITE | cl.MEM_COPY_HOST_PTR, 64, Buffer.from("planted-weights".padEnd(64)))
cl.setKernelArg(kernel, 0, "uchar*", buffer)
cl.enqueueNDRangeKernel(queue, kernel, 1, null, [64])
cl.finish(queue)
if (process.argv[1] === "leave") process.kill(process.pid, "SIGKILL")
cl.releaseAll()
`

/** A user of one driver: what doctor tells that user, and what files that user's program leaves. */
function makeUser(name: string, variables: Variables = {}) {
  const folder = temporaryFolder()
  const [home, work, temporary] = ["home", "work", "temporary"].map((place) => join(folder, place)) as [
    string,
    string,
    string,
  ]
  for (const place of [home, work, temporary]) mkdirSync(place)
  // Not where scripts/drivers.mjs keeps PoCL's kernels, nor where it has Intel's dumps go.
  const { POCL_CACHE_DIR: _, AUBDumpCaptureFileName: __, ...own } = driver(name)
  const placed = Object.entries(variables).map(([name, value]) => [name, value.replace("FOLDER", folder)])
  const base = { PATH: process.env.PATH ?? "", HOME: home, TMPDIR: temporary, ...own }
  const environment: Variables = { ...base, ...Object.fromEntries(placed) }
  return {
    home,
    work,
    async look(): Promise<Doctor> {
      const apart = { HOME: temporary, XDG_CACHE_HOME: temporary, POCL_CACHE_DIR: temporary }
      const opencl = await discover({ environment: { ...environment, ...apart }, folder: temporary })
      return doctor({ environment, folder: work, opencl })
    },
    /** Files with this in them, by their whole path. */
    run(needle: string, ending = "release"): string[] {
      const args = ["--input-type=module", "--eval", program, ending]
      const { status, signal, stderr } = spawnSync(process.execPath, args, { cwd: work, env: environment })
      expect([status, signal], String(stderr)).toEqual(ending === "leave" ? [null, "SIGKILL"] : [0, null])
      return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => readFileSync(path).includes(needle))
    },
  }
}

const below = (places: readonly string[]) => (path: string) =>
  places.some((place) => path === place || path.startsWith(`${place}/`))

const withoutPocl = missingDriver("pocl")

describe.skipIf(withoutPocl)(`PoCL${withoutPocl ? ` (not here: ${withoutPocl})` : ""}`, () => {
  it("is found as it is, and doctor leaves nothing in the user's folders", async () => {
    const { home, work, look } = makeUser("pocl")
    const found = await look()
    expect(found.drivers).toContainEqual(
      expect.objectContaining({ name: "Portable Computing Language", outcome: "ready", component: "pocl" }),
    )
    expect([...readdirSync(home), ...readdirSync(work)]).toEqual([])
  })

  it.each([
    ["by default", {}],
    ["by XDG_CACHE_HOME", { XDG_CACHE_HOME: "FOLDER/elsewhere" }],
    ["by POCL_CACHE_DIR", { POCL_CACHE_DIR: "FOLDER/own" }],
    ["by a relative POCL_CACHE_DIR", { POCL_CACHE_DIR: "own" }],
    ["with its cache off", { POCL_KERNEL_CACHE: "0" }],
    ["with its cache off, by POCL_CACHE_DIR", { POCL_KERNEL_CACHE: "0", POCL_CACHE_DIR: "FOLDER/own" }],
  ])("keeps kernels where doctor says, %s", async (_, variables) => {
    const user = makeUser("pocl", variables)
    const { open, places } = surfaceIn(await user.look(), "pocl-kcache")
    expect(open).toBe(true)
    // A crash, after which what is to be deleted in the end is still there.
    const kept = user.run(kernelName, "leave")
    expect(kept).toHaveLength(2)
    expect(kept.filter(below(places))).toEqual(kept)
  })

  it("keeps sources by a variable, which doctor names, where it says", async () => {
    const id = "pocl-leave-temps"
    const name = "POCL_LEAVE_KERNEL_COMPILER_TEMP_FILES"
    expect(surfaceIn(await makeUser("pocl").look(), id).open).toBe(false)
    const zero = makeUser("pocl", { [name]: "0" })
    expect(surfaceIn(await zero.look(), id)).toMatchObject({ open: false, because: [variable(name, "0")] })
    expect(zero.run(comment)).toEqual([])
    const one = makeUser("pocl", { [name]: "1" })
    const { open, because, places } = surfaceIn(await one.look(), id)
    expect([open, because]).toEqual([true, [variable(name, "1")]])
    const kept = one.run(comment)
    expect(kept.length).toBeGreaterThan(0)
    expect(kept.filter(below(places))).toEqual(kept)
  })

  it("traces by a variable, where doctor says", async () => {
    const user = makeUser("pocl", { POCL_TRACING: "text" })
    const { open, because, places } = surfaceIn(await user.look(), "pocl-debug-trace")
    expect([open, because]).toEqual([true, [variable("POCL_TRACING", "text")]])
    expect(user.run(kernelName).filter(below(places))).toEqual([join(user.work, "pocl_trace_events.log")])
  })

  it("has its cache among those that are found", async () => {
    const user = makeUser("pocl")
    const caches = async () => (await user.look()).caches.filter(({ path }) => path.startsWith(user.home))
    expect(await caches()).toEqual([])
    user.run(kernelName)
    expect(await caches()).toMatchObject([{ path: join(user.home, ".cache/pocl"), kind: "cache" }])
  })
})

const withoutNeo = missingDriver("intel-gpu")

describe.skipIf(withoutNeo)(`Intel NEO${withoutNeo ? ` (not here: ${withoutNeo})` : ""}`, () => {
  it("captures weights by NEOReadDebugKeys, which doctor names, where it says", async () => {
    const user = makeUser("intel-gpu")
    const found = await user.look()
    const { open, because, places } = surfaceIn(found, "intel-neo-debugkeys-aub")
    expect([open, because]).toEqual([true, [variable("NEOReadDebugKeys", "1")]])
    const captures = user.run("planted-weights")
    expect(captures).toHaveLength(1)
    expect(captures.filter(below(places))).toEqual(captures)
    // 22.43 is older than the new cache.
    expect(surfaceIn(found, "intel-neo-cache")).toMatchObject({ open: false, because: [{ kind: "version" }] })
  })

  it("fills ./cl_cache, where doctor says, once it is there", async () => {
    const user = makeUser("intel-gpu")
    const id = "intel-neo-cache-legacy"
    expect(surfaceIn(await user.look(), id).open).toBe(false)
    mkdirSync(join(user.work, "cl_cache"))
    const { open, places } = surfaceIn(await user.look(), id)
    expect(open).toBe(true)
    const kept = user.run(kernelName)
    expect(kept.filter((path) => path.endsWith(".cl_cache")).filter(below(places))).toHaveLength(1)
  })
})
