import { describe, expect, it } from "vitest"
import {
  environmentFor,
  explain,
  matchContent,
  matchPath,
  neutralise,
  type SurfaceFilter,
  surfaces,
  surfacesFor,
  surfacesOfVariable,
  variables,
} from "../src/index.js"

const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id)

describe("surfacesFor", () => {
  it("gives all without a filter", () => expect(surfacesFor()).toEqual(surfaces))

  it("narrows by each member", () => {
    expect(ids(surfacesFor({ components: ["intel-neo"], kinds: ["kernel-cache"] }))).toEqual([
      "intel-neo-cache",
      "intel-neo-cache-legacy",
    ])
    expect(ids(surfacesFor({ ids: ["dyld", "ld-preload"], platform: "linux" }))).toEqual(["ld-preload"])
    expect(ids(surfacesFor({ components: ["pocl"], exposes: ["weights"] }))).toEqual(["pocl-remote"])
    expect(surfacesFor({ byDefault: "on" }).length + surfacesFor({ byDefault: "off" }).length).toBe(surfaces.length)
    expect(surfacesFor({ verified: ["ran"] }).every(({ verified }) => verified === "ran")).toBe(true)
  })

  it.each([
    { ids: ["pocl"] },
    { components: ["intel"] },
    { platform: "solaris" },
    { kinds: ["cache"] },
    { exposes: ["everything"] },
    { verified: ["believed"] },
    { byDefault: "maybe" },
  ])("refuses a name that isn't known: %o", (filter) =>
    expect(() => surfacesFor(filter as unknown as SurfaceFilter)).toThrow(RangeError),
  )
})

describe("neutralise", () => {
  it("merges what closes the surfaces of a filter", () => {
    expect(neutralise({ ids: ["pocl-kcache", "pocl-leave-temps", "pocl-ld-path"] })).toEqual({
      set: { POCL_KERNEL_CACHE: "0", POCL_LEAVE_KERNEL_COMPILER_TEMP_FILES: "0", PATH: "/usr/bin:/bin" },
      privateDirectories: ["POCL_CACHE_DIR"],
      unset: ["COMPILER_PATH", "LIBRARY_PATH"],
      unsetPrefixes: [],
      refuse: [],
    })
  })

  it("says what only refusing helps against", () => {
    expect(neutralise({ ids: ["intel-neo-debugkeys-file"] }).refuse).toEqual([
      { id: "intel-neo-debugkeys-file", trigger: "./igdrcl.config" },
      { id: "intel-neo-debugkeys-file", trigger: "./neo.config" },
    ])
  })

  it("takes surfaces too, and refuses those that contradict each other", () => {
    const [one] = surfacesFor({ ids: ["pocl-leave-temps"] })
    if (one === undefined) throw new Error("There is no pocl-leave-temps.")
    const other = {
      ...one,
      id: "other",
      neutralise: { ...one.neutralise, set: { ...one.neutralise.set, POCL_LEAVE_KERNEL_COMPILER_TEMP_FILES: "1" } },
    }
    expect(neutralise([one]).set).toEqual(one.neutralise.set)
    expect(() => neutralise([one, other])).toThrow(/pocl-leave-temps wants .* other wants it set to "1"/)
  })

  it("gives an environment: unset first, then set", () => {
    const plan = neutralise({ components: ["pocl"], platform: "linux" })
    const before = { HOME: "/home/alice", POCL_DEBUG: "all", POCL_KERNEL_CACHE: "1", PATH: "/tmp", GONE: undefined }
    const after = environmentFor(plan, before, "/dev/shm/private")
    expect(after).toEqual({
      HOME: "/home/alice",
      PATH: "/usr/bin:/bin",
      POCL_CACHE_DIR: "/dev/shm/private",
      POCL_KERNEL_CACHE: "0",
      POCL_LEAVE_KERNEL_COMPILER_TEMP_FILES: "0",
    })
    expect(() => environmentFor(plan, before)).toThrow(TypeError)
  })

  it("closes every platform at once where none is said", () => {
    for (const platform of ["linux", "windows", "macos"] as const) {
      const { set } = neutralise({ platform })
      expect(neutralise().set).toMatchObject(set)
    }
  })
})

describe("variables", () => {
  it("is an index by name, in order", () => {
    const index = variables()
    expect([...index.keys()]).toEqual([...index.keys()].sort())
    expect(ids(index.get("TRITON_CACHE_DIR") ?? [])).toEqual(["triton-cache"])
    expect(index.get("IGC_*")?.length).toBe(2)
  })

  it("finds a variable by its beginning", () => {
    expect(ids(surfacesOfVariable("CLI_DumpSomethingNew"))).toEqual(["intel-cl-intercept"])
    expect(ids(surfacesOfVariable("IGC_ShaderDumpEnable"))).toEqual(["intel-igc-dumps", "intel-igc-options"])
    expect(surfacesOfVariable("LANG")).toEqual([])
  })
})

describe("explain", () => {
  it("says everything in the entry", () => {
    for (const surface of surfaces) {
      const text = explain(surface.id)
      for (const name of Object.keys(surface.trigger.variables)) expect(text).toContain(name)
      for (const piece of [surface.title, surface.writes, surface.evidence, ...surface.sources])
        expect(text).toContain(piece)
    }
  })

  it("refuses an id that isn't there", () => expect(() => explain("nothing")).toThrow(/no surface nothing/))
})

describe("matchPath", () => {
  it.each([
    ["/home/alice/.cache/neo_compiler_cache/1a2b.cl_cache", ["intel-neo-cache", "intel-neo-cache-legacy"]],
    ["/srv/app/cl_cache/f85aa07fe6f49652.cl_cache", ["intel-neo-cache-legacy"]],
    ["skl_1x3x8_0_ocl.aub", ["intel-neo-debugkeys-aub"]],
    ["C:\\Users\\alice\\AppData\\Roaming\\NVIDIA\\ComputeCache\\a\\b", ["nvidia-compute-cache"]],
    ["/home/alice/.cache/pocl/kcache/AB/CD/program.bc", ["pocl-kcache"]],
    ["/home/alice/.cache/pocl/kcache/tempfile_v4H9ov", ["pocl-temp-source", "pocl-kcache"]],
    ["/tmp/IntelIGC/node_12/OCL_asm1.cl", ["intel-igc-dumps"]],
    ["/home/alice/.cache/mesa_shader_cache_db/part0/mesa_cache.db", ["mesa-disk-cache"]],
    ["Heap.20261130.heapsnapshot", ["node-heap-dumps"]],
    ["/home/alice/notes.txt", []],
    ["/home/alice/.profile", []],
    ["/tmp/onnxruntime-6f1c2a3b-0d4e-4f5a-8b6c-7d8e9f0a1b2c/weights/weight.bin", ["ort-coreml"]],
    ["/home/alice/my_cl_cache_notes", []],
  ])("%s", (path, expected) => expect(ids(matchPath(path))).toEqual(expected))
})

describe("matchContent", () => {
  const elf = (type: number, machine: number) => {
    const head = new Uint8Array(64)
    head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
    new DataView(head.buffer).setUint16(16, type, true)
    new DataView(head.buffer).setUint16(18, machine, true)
    return head
  }

  it("knows what an ELF file is for", () => {
    expect(matchContent(elf(3, 62))?.id).toBe("elf")
    expect(matchContent(elf(4, 62))?.id).toBe("elf-core")
    expect(matchContent(elf(2, 190))?.id).toBe("elf-cuda")
    expect(matchContent(elf(3, 224))?.id).toBe("elf-amdgpu")
    expect(matchContent(elf(1, 205))?.id).toBe("elf-intelgt")
  })

  it("knows nothing of text, of what is empty, and of what is cut", () => {
    expect(matchContent(new TextEncoder().encode("kernel void f() {}"))).toBeUndefined()
    expect(matchContent(new Uint8Array())).toBeUndefined()
    expect(matchContent(Uint8Array.of(0x42, 0x43))).toBeUndefined()
  })
})
