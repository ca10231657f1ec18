// OpenCL in the application, as `npm start` runs it: on PoCL, beside a driver that kills whoever loads it, and on none.
import { execFileSync, spawnSync } from "node:child_process"
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { driver, missingDriver } from "@strongroom/test-machine"
import sharp from "sharp"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import type { Line } from "../src/ocr/read.js"
import { applications, receipt } from "./start-application.js"

let started: Awaited<ReturnType<typeof applications>>
let picture: Buffer

beforeAll(async () => {
  started = await applications()
  // Four lines of it: compiling takes longer the more there is.
  picture = await sharp(await readFile(receipt))
    .extract({ left: 0, top: 720, width: 800, height: 160 })
    .toBuffer()
})

afterAll(() => started.end())

/** A folder of drivers, by the libraries' paths. */
async function vendors(name: string, libraries: readonly string[]): Promise<{ OCL_ICD_VENDORS: string }> {
  const folder = join(started.root, name)
  await mkdir(folder)
  await Promise.all(libraries.map((library, index) => writeFile(join(folder, `${index}.icd`), `${library}\n`)))
  return { OCL_ICD_VENDORS: folder }
}

/** A library that ends every process that loads it. */
function crashingLibrary(): string {
  const path = join(started.root, "crashing.so")
  const input = "#include <stdlib.h>\n__attribute__((constructor)) static void start(void) { abort(); }\n"
  execFileSync("gcc", ["-shared", "-fPIC", "-x", "c", "-", "-o", path], { input })
  return path
}

async function get(base: string, path: string) {
  return (await fetch(base + path)).json()
}

async function read(base: string, engine: string) {
  const response = await fetch(`${base}/api/read?engine=${engine}`, { method: "POST", body: new Uint8Array(picture) })
  const result = (await response.json()) as { lines: Line[]; madeReady: number }
  return { ...result, text: result.lines.map(({ text }) => text) }
}

/** What became of what was compiled. */
async function artifacts(base: string) {
  const { guarantees } = await get(base, "/api/report?engine=opencl")
  return guarantees.find(({ id }: { id: string }) => id === "cache.policy").evidence
}

const why = missingDriver("pocl")

describe.skipIf(why)(`on PoCL${why ? ` (not here: ${why})` : ""}`, { timeout: 300_000 }, () => {
  let base: string
  let first: ReturnType<typeof started.start>
  let environment: NodeJS.ProcessEnv
  const hasCompiler = process.env.CI !== undefined || spawnSync("gcc", ["--version"]).status === 0

  beforeAll(async () => {
    const { OCL_ICD_VENDORS: folder = "", ...others } = driver("pocl")
    const library = (await readFile(join(folder, "pocl.icd"), "utf8")).trim()
    const libraries = hasCompiler ? [crashingLibrary(), library] : [library]
    environment = { ...others, ...(await vendors("with-pocl", libraries)) }
    first = started.start(join(started.root, "files"), "0", environment)
    base = await first.ready
  })

  it("offers its device beside ONNX Runtime, with no vault before it is asked for", async () => {
    const { engines, advice } = await get(base, "/api/engines")
    expect(advice).toBeUndefined()
    expect(engines).toEqual([
      expect.objectContaining({ id: "onnxruntime", compiles: false, vault: "open" }),
      expect.objectContaining({ id: "opencl", name: "OpenCL", compiles: true, vault: "closed", made: 0 }),
    ])
    expect(engines[1].device).toMatch(/pthread|cpu/)
  })

  it("reads the same text, says that it compiles while it does, and compiles once", async () => {
    const usual = await read(base, "onnxruntime")
    const seen = new Set<string>()
    const looking = setInterval(async () => {
      const { engines } = await get(base, "/api/engines")
      seen.add(engines[1].making > 0 ? "compiling" : engines[1].vault)
    }, 50)
    const compiling = await read(base, "opencl").finally(() => clearInterval(looking))
    const again = await read(base, "opencl")
    expect(usual.text).toContain("TOTAL EUR")
    expect([compiling.text, again.text]).toEqual([usual.text, usual.text])
    expect([...seen]).toEqual(expect.arrayContaining(["opening", "compiling"]))
    // The detector's shape, and one width of the recogniser's.
    expect([compiling.madeReady, again.madeReady]).toEqual([2, 0])
  })

  it("reports of each engine's own vault", async () => {
    const report = (engine: string) => get(base, `/api/report?engine=${engine}`)
    expect(await report("onnxruntime")).toMatchObject({ backend: { name: "onnxruntime" }, cachePolicy: "off" })
    const { engines } = await get(base, "/api/engines")
    expect(await report("opencl")).toMatchObject({
      place: "vault",
      backend: { name: "opencl", device: engines[1].device },
      cachePolicy: "sealed",
    })
  })

  it("keeps what was compiled as ciphertext, closes with all its vaults, and compiles nothing at the next start", async () => {
    await vi.waitFor(async () => {
      const { store, artifacts: made } = await artifacts(base)
      expect(made.written).toBeGreaterThan(0)
      expect(store.kept).toBe(made.written)
    }, 60_000)
    first.child.kill("SIGTERM")
    expect(await first.ended).toMatchObject({ code: 0, printed: expect.stringMatching(/Stopped.*closed\n$/) })

    const folder = join(started.root, "files", "customer", "artifacts")
    const names = await readdir(folder)
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) expect((await readFile(join(folder, name))).toString("latin1", 0, 8)).toBe("SRARTIF1")

    const second = started.start(join(started.root, "files"), "0", environment)
    const address = await second.ready
    expect((await read(address, "opencl")).text).toEqual((await read(address, "onnxruntime")).text)
    // The classifier looks for its plans and kernels as it is loaded, and never had any: no line here is upside down.
    const expected = { hits: names.length, misses: 2, written: 0, failures: 0 }
    expect((await artifacts(address)).artifacts).toMatchObject(expected)
    second.child.kill("SIGTERM")
    expect(await second.ended).toMatchObject({ code: 0 })
  })
})

describe("without a device", () => {
  it("starts as ever with ONNX Runtime, and says on the terminal and in the page how to get one", async () => {
    const application = started.start(join(started.root, "without"), "0", await vendors("empty", []))
    const base = await application.ready
    const { engines, advice } = await get(base, "/api/engines")
    expect(engines).toEqual([expect.objectContaining({ id: "onnxruntime", vault: "open" })])
    expect(advice).toMatch(/^OpenCL has no device here\. .*apt install pocl-opencl-icd/)
    expect((await read(base, "onnxruntime")).text).toContain("TOTAL EUR")
    application.child.kill("SIGTERM")
    expect((await application.ended).printed).toContain(advice)
  })
})
