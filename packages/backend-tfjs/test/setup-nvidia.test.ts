import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, statSync } from "node:fs"
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest"
import { isInPath } from "../src/setup/compiler.js"
import { addNvidia } from "../src/setup/nvidia.js"
import { nvidiaWheels, type Wheel } from "../src/setup/pins.js"
import { archiveOf } from "./archive.js"
import { startWheelServer, type WheelServer, wheelOf } from "./wheel-server.js"

let server: WheelServer
beforeAll(async () => {
  server = await startWheelServer()
})
afterAll(() => server.close())

let folder: string
let folders: { readonly tfjs: string; readonly downloads: string; readonly aside: string }
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
  folders = { tfjs: join(folder, "tfjs"), downloads: join(folder, "downloads"), aside: join(folder, "aside") }
  for (const each of [join(folders.tfjs, "deps/lib"), folders.downloads]) await mkdir(each, { recursive: true })
  server.asked.length = 0
  vi.stubEnv("PIP_INDEX_URL", server.url)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const nvidia = (path = "") => join(folders.tfjs, "deps/nvidia", path)

/** Wheels with these files, which the server has, too. */
function served(projects: { readonly [project: string]: { readonly [name: string]: Uint8Array } }): readonly Wheel[] {
  return Object.entries(projects).map(([project, files]) => {
    const content = archiveOf(files, 0o775)
    const wheel = wheelOf(project, content)
    server.serve(wheel, content)
    return wheel
  })
}

const text = (content: string) => new TextEncoder().encode(content)

const small = () =>
  served({
    "nvidia-cublas": {
      "nvidia/__init__.py": text(""),
      "nvidia/cublas/include/cublas.h": text(""),
      "nvidia/cublas/lib/libcublas.so.12": text("cublas"),
    },
    "nvidia-nvcc": {
      "nvidia/cuda_nvcc/bin/ptxas": text("ptxas"),
      "nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc": text("libdevice"),
      "nvidia_nvcc-1.0.dist-info/METADATA": text(""),
      "nvidia/../../../../outside/lib/libx.so": text(""),
    },
  })

const shown = ({ mode }: { readonly mode: number }) => (mode & 0o777).toString(8)

const add = (
  wheels: readonly Wheel[],
  signal = new AbortController().signal,
  step: (step: string) => void = () => {},
) => addNvidia(wheels, folders, signal, step)

describe("NVIDIA's libraries", () => {
  it("are those that TensorFlow 2.21 names for its extra and-cuda", () => {
    // METADATA of tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl: the least release, and the first that is too new.
    const ranges: { readonly [project: string]: readonly [least: string, tooNew: number] } = {
      "nvidia-cublas-cu12": ["12.5.3.2", 13],
      "nvidia-cuda-cupti-cu12": ["12.5.82", 13],
      "nvidia-cuda-nvcc-cu12": ["12.5.82", 13],
      "nvidia-cuda-nvrtc-cu12": ["12.5.82", 13],
      "nvidia-cuda-runtime-cu12": ["12.5.82", 13],
      "nvidia-cudnn-cu12": ["9.3.0.75", 10],
      "nvidia-cufft-cu12": ["11.2.3.61", 12],
      "nvidia-curand-cu12": ["10.3.6.82", 11],
      "nvidia-cusolver-cu12": ["11.6.3.83", 12],
      "nvidia-cusparse-cu12": ["12.5.1.3", 13],
      "nvidia-nccl-cu12": ["2.27.7", 3],
      "nvidia-nvjitlink-cu12": ["12.5.82", 13],
    }
    expect(nvidiaWheels.map(({ project }) => project).sort()).toEqual(Object.keys(ranges))
    for (const { project, file } of nvidiaWheels) {
      const version = numbers(file.split("-")[1] as string)
      const [least, tooNew] = ranges[project] as readonly [string, number]
      expect([file, compare(version, numbers(least)) >= 0, (version[0] as number) < tooNew]).toEqual([file, true, true])
    }
  })

  it.runIf(process.platform !== "win32")(
    "are out of everybody's reach until they are, whatever the umask",
    async () => {
      const umask = process.umask(0o002)
      const modes = new Set<string>()
      const look = (step: string) => {
        if (!step.startsWith("Unpacking")) return
        modes.add(`folder ${shown(statSync(folders.aside))}`)
        for (const name of readdirSync(folders.downloads))
          modes.add(`wheel ${shown(statSync(join(folders.downloads, name)))}`)
      }
      try {
        await add(served({ "nvidia-nvcc": { "nvidia/cuda_nvcc/bin/ptxas": text("ptxas") } }), undefined, look)
      } finally {
        process.umask(umask)
      }
      expect([...modes].sort()).toEqual(["folder 700", "wheel 600"])
      expect(shown(await stat(nvidia("cuda_nvcc/bin/ptxas")))).toBe("755")
    },
  )

  it("are put beside TensorFlow's, closed to others' writing, and nothing else of the wheels is", async () => {
    const wheels = small()
    // An archive's names that lead out of it are refused by its reader.
    await expect(add(wheels)).rejects.toThrow("invalid relative path")
    expect(existsSync(nvidia())).toBe(false)
    expect(existsSync(folders.aside)).toBe(false)

    const [first] = wheels as [Wheel]
    await add([
      first,
      ...served({ "nvidia-nvcc": { "nvidia/cuda_nvcc/bin/ptxas": text("ptxas"), "other/x": text("") } }),
    ])
    const names = (await readdir(nvidia(), { recursive: true })).sort()
    expect(names).toEqual([
      ...["cublas", "cublas/lib", "cublas/lib/libcublas.so.12"],
      ...["cuda_nvcc", "cuda_nvcc/bin", "cuda_nvcc/bin/ptxas"],
    ])
    expect(await readFile(nvidia("cublas/lib/libcublas.so.12"), "utf8")).toBe("cublas")
    for (const name of names) expect([name, (await stat(nvidia(name))).mode & 0o022]).toEqual([name, 0])
    expect((await stat(nvidia("cuda_nvcc/bin/ptxas"))).mode & 0o111).toBe(0o111)
    expect(await readdir(folders.downloads)).toEqual([])
  })

  it("are there all or not at all, and what was downloaded isn't asked for again", async () => {
    const wheels = served({
      "nvidia-one": { "nvidia/one/lib/libone.so.1": text("one") },
      "nvidia-two": { "nvidia/two/lib/libtwo.so.2": text("two") },
    })
    const [one, two] = wheels as [Wheel, Wheel]
    // While it is unpacked.
    const interruption = new AbortController()
    const stopped = add(wheels, interruption.signal, (step) => {
      if (step === "Unpacking nvidia-one") interruption.abort(new Error("enough"))
    })
    await expect(stopped).rejects.toThrow("enough")
    expect(existsSync(nvidia())).toBe(false)
    expect(existsSync(folders.aside)).toBe(false)
    expect((await readdir(folders.downloads)).sort()).toEqual([one.file, two.file])

    server.asked.length = 0
    await add(wheels)
    expect(server.asked).toEqual([])
    expect(await readdir(nvidia())).toEqual(["one", "two"])
  })

  it("with other bytes than the pinned ones are refused, and none is there", async () => {
    const wheels = served({
      "nvidia-one": { "nvidia/one/lib/libone.so.1": text("one") },
      "nvidia-two": { "nvidia/two/lib/libtwo.so.2": text("two") },
    })
    const [, two] = wheels as [Wheel, Wheel]
    server.serve(two, archiveOf({ "nvidia/two/lib/libtwo.so.2": text("bad") }, 0o775))
    await expect(add(wheels)).rejects.toMatchObject({ code: "source-changed" })
    expect(existsSync(nvidia())).toBe(false)
  })

  const why = process.platform !== "linux" ? "Linux only" : isInPath("cc") ? undefined : "no C compiler"
  it.skipIf(why)("are found by those that open them", async () => {
    const source = fileURLToPath(new URL("fixtures/opener.c", import.meta.url))
    /** Made as TensorFlow's framework and cuDNN are: with the folders in which they look. */
    const opener = async (name: string, ...runpath: readonly string[]) => {
      const output = join(folder, name)
      const flags = ["-shared", "-fPIC", `-Wl,-rpath,${runpath.join(":")}`, "-Wl,--enable-new-dtags"]
      execFileSync("cc", [...flags, source, "-o", output, "-ldl"])
      const bytes = await readFile(output)
      await rm(output)
      return bytes
    }
    const framework = join(folders.tfjs, "deps/lib/libframework.so")
    const looking = ["cusparse", "cublas"].map((name) => `$ORIGIN/../nvidia/${name}/lib`)
    await writeFile(framework, await opener("libframework.so", ...looking))
    const library = await opener("libany.so")
    const wheels = served({
      "nvidia-cublas": { "nvidia/cublas/lib/libcublas.so.12": library },
      "nvidia-cusolver": { "nvidia/cusolver/lib/libcusolver.so.11": library },
      "nvidia-cusparse": { "nvidia/cusparse/lib/libcusparse.so.12": library },
      "nvidia-nvrtc": { "nvidia/cuda_nvrtc/lib/libnvrtc.so.12": library },
      "nvidia-cudnn": {
        "nvidia/cudnn/lib/libcudnn_graph.so.9": await opener("libcudnn.so", "$ORIGIN", "$ORIGIN/../../nvrtc/lib"),
      },
    })
    await add(wheels)
    // In a process of its own: the C library remembers which folders weren't there.
    const program = `
      const { default: koffi } = await import("koffi")
      const [by, name] = process.argv.slice(1)
      console.log(koffi.load(by).func("int opens(const char *name)")(name))`
    const opens = (by: string, name: string) => {
      const cwd = fileURLToPath(new URL(".", import.meta.url))
      const flags = ["--input-type=module", "-e", program, by, name]
      return execFileSync(process.execPath, flags, { cwd, encoding: "utf8" }).trim() === "1"
    }
    const cudnn = nvidia("cudnn/lib/libcudnn_graph.so.9")
    expect(opens(framework, "libcublas.so.12")).toBe(true)
    // The controls: without the links they aren't found.
    const links = [nvidia("cusparse/lib/libcusolver.so.11"), nvidia("nvrtc")] as const
    for (const link of links) await rename(link, `${link}.away`)
    expect(opens(framework, "libcusolver.so.11")).toBe(false)
    expect(opens(cudnn, "libnvrtc.so.12")).toBe(false)
    for (const link of links) await rename(`${link}.away`, link)
    expect(opens(framework, "libcusolver.so.11")).toBe(true)
    expect(opens(cudnn, "libnvrtc.so.12")).toBe(true)
  })
})

const numbers = (version: string) => version.split(".").map(Number)

function compare(left: readonly number[], right: readonly number[]): number {
  const index = left.findIndex((number, place) => number !== (right[place] ?? 0))
  return index < 0 ? 0 : (left[index] as number) - (right[index] ?? 0)
}
