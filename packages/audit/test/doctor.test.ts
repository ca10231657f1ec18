import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { surfaces } from "@strongroom/surfaces"
import { describe, expect, it } from "vitest"
import { doctor, formatDoctor } from "../src/index.js"
import { byDefault, crashing, makeMachine, pocl, surfaceIn, variable } from "./doctor-machine.js"
import { temporaryFolder } from "./support.js"

// Its machines are of POSIX paths.
const onPosix = describe.skipIf(process.platform === "win32")

onPosix("drivers", () => {
  it("are found by their files, with versions: NVIDIA's by the kernel's module", async () => {
    const { root, look } = makeMachine({
      "/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14": "",
      "/proc/driver/nvidia/version":
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC 2024\nGCC version:  gcc 12\n",
      "/usr/lib/x86_64-linux-gnu/libze_loader.so.1.17.6": "",
      "/usr/lib/x86_64-linux-gnu/libgallium-24.2.8-1.so": "",
      "/opt/own/libamdhip64.so.6": "",
      "/etc/ld.so.conf.d/own.conf": "# mine\n/opt/own\n",
      "/usr/lib/x86_64-linux-gnu/libcudart.so.12": "",
    })
    const folder = join(root, "usr/lib/x86_64-linux-gnu")
    symlinkSync("libcuda.so.550.54.14", join(folder, "libcuda.so.1"))
    symlinkSync("libze_loader.so.1.17.6", join(folder, "libze_loader.so.1"))
    const { drivers } = await look()
    expect(drivers.map((driver) => [driver.interface, driver.name, driver.version, driver.component])).toEqual([
      ["Level Zero", "Level Zero loader", "1.17.6", "level-zero"],
      ["CUDA", "CUDA", "550.54.14", "nvidia"],
      ["HIP", "HIP", "", "amd-rocm"],
      ["Mesa", "Gallium", "24.2.8", "mesa"],
    ])
    expect(drivers.every(({ outcome, path }) => outcome === "file" && path.startsWith(root))).toBe(true)
  })

  it("of NVIDIA's open kernel module have a version too", async () => {
    const { look } = makeMachine({
      "/usr/lib/wsl/lib/libcuda.so.1": "",
      "/proc/driver/nvidia/version":
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build  (dvs-builder@U22)",
    })
    expect((await look()).drivers).toMatchObject([{ name: "CUDA", version: "570.86.15" }])
  })

  it("of Vulkan are found by JSON files; one that names no library is said to", async () => {
    const { look } = makeMachine({
      "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json":
        '{"ICD": {"library_path": "libvulkan_lvp.so", "api_version": "1.3"}}',
      "/usr/share/vulkan/icd.d/nvidia_icd.json": '{"ICD": {"library_path": "../lib/libGLX_nvidia.so.0"}}',
      "/etc/vulkan/icd.d/broken.json": "{",
      "/etc/vulkan/icd.d/notes.txt": "",
    })
    const { drivers } = await look()
    expect(drivers).toMatchObject([
      { name: "lvp", path: "libvulkan_lvp.so", component: "mesa", problem: null },
      { name: "nvidia", path: expect.stringMatching(/share\/vulkan\/lib\/libGLX_nvidia\.so\.0$/), component: "nvidia" },
      { name: "broken", path: "", component: null, problem: "The file names no library." },
    ])
  })

  it("of OpenCL are as they answered, each once, a crash included", async () => {
    const { root, look } = makeMachine({
      "/usr/lib/libpocl.so.2.10.0": "",
      "/usr/lib/libOpenCL.so.1": "",
    })
    symlinkSync("libpocl.so.2.10.0", join(root, "usr/lib/libpocl.so.2"))
    const opencl = { ...pocl, drivers: [...pocl.drivers, ...crashing.drivers] }
    const found = await look({ opencl })
    expect(found.drivers).toMatchObject([
      { name: "Portable Computing Language", outcome: "ready", devices: ["pthread-cpu"], component: "pocl" },
      { name: "/opt/intel/libigdrcl.so", outcome: "crashed", component: "intel-neo" },
      { name: "OpenCL loader", outcome: "file" },
    ])
    expect(found.drivers[0]?.path).toBe(join(root, "usr/lib/libpocl.so.2"))
    const text = formatDoctor(found)
    expect(text).toMatch(/libigdrcl\.so: It crashed the process \(SIGSEGV\)/)
  })

  it("that nobody could ask: why is told", async () => {
    const found = await makeMachine().look({ opencl: { problem: "OpenCL needs its library." } })
    expect(found).toMatchObject({ drivers: [], opencl: { problem: "OpenCL needs its library." } })
    expect(formatDoctor(found)).toMatch(/^drivers\n {2}none found\n {2}OpenCL: OpenCL needs its library\.$/m)
  })
})

onPosix("runtimes", () => {
  it("of npm are those that resolve from the working folder, upwards, and are not loaded", async () => {
    const { work, look } = makeMachine({
      "node_modules/onnxruntime-node/package.json": '{"version": "1.30.0"}',
      "node_modules/onnxruntime-node/index.js": "throw new Error('it was loaded')",
      "node_modules/webgpu/readme.txt": "no package",
      "app/node_modules/@tensorflow/tfjs-node/package.json": '{"version": "4.22.0"}',
    })
    expect((await look()).runtimes.map(({ name }) => name)).toEqual(["onnxruntime-node"])
    const { runtimes, surfaces } = await look({ folder: join(work, "app") })
    expect(runtimes.map(({ name, version, from }) => [name, version, from])).toEqual([
      ["onnxruntime-node", "1.30.0", "npm"],
      ["@tensorflow/tfjs-node", "4.22.0", "npm"],
    ])
    const here = (id: string) => surfaces.find((surface) => surface.id === id)?.here
    expect([here("ort-telemetry"), here("tf-xla-dump"), here("openvino-cache"), here("ort-tensorrt")]).toEqual([
      ...[true, true, false, false],
    ])
  })

  it("of Python are the names of metadata's folders; the packages aren't imported", async () => {
    const folder = temporaryFolder()
    const names = ["openvino-2025.3.0", "torch-2.9.1+cu128", "onnxruntime_gpu-1.23.2", "tensorrt_cu12-10.1.0"]
    for (const name of [...names, "tensorflow_estimator-2.15.0", "requests-2.32.0", "torchvision-0.20.0"])
      mkdirSync(join(folder, `${name}.dist-info`))
    mkdirSync(join(folder, "pyopencl-2022.3-py3.11.egg-info"))
    mkdirSync(join(folder, "torch"))
    writeFileSync(join(folder, "torch/__init__.py"), "raise SystemExit")
    const { runtimes } = await makeMachine().look({ python: { version: "3.12.1", folders: [folder] } })
    expect(runtimes.map(({ name, version }) => `${name} ${version}`).sort()).toEqual([
      "onnxruntime-gpu 1.23.2",
      "openvino 2025.3.0",
      "pyopencl 2022.3",
      "tensorrt-cu12 10.1.0",
      "torch 2.9.1+cu128",
    ])
  })
})

onPosix("surfaces", () => {
  it("are open only where their component is, and those come first", async () => {
    const { look } = makeMachine()
    const [without, withPocl] = [await look(), await look({ opencl: pocl })]
    expect(surfaceIn(without, "pocl-kcache")).toMatchObject({ here: false, open: false })
    expect(surfaceIn(withPocl, "pocl-kcache")).toMatchObject({ here: true, open: true, because: [byDefault] })
    const ranks = withPocl.surfaces.map(({ open, here }) => (open ? 0 : here ? 1 : 2))
    expect(ranks).toEqual([...ranks].sort())
    expect(ranks.length).toBe(surfaces.filter(({ platforms }) => platforms.includes("linux")).length)
  })

  it("are opened by a variable, named with its value", async () => {
    const { look } = makeMachine()
    const id = "intel-neo-debugkeys-aub"
    expect(surfaceIn(await look({ opencl: crashing }), id)).toMatchObject({ open: false, because: [byDefault] })
    const opened = await look({ opencl: crashing }, { NEOReadDebugKeys: "1", SetCommandStreamReceiver: "1" })
    expect(surfaceIn(opened, id)).toMatchObject({ open: true, because: [variable("NEOReadDebugKeys", "1")] })
    // Without the first the others have no effect; 0 and nothing are off.
    for (const value of ["0", ""]) {
      const closed = await look({ opencl: crashing }, { NEOReadDebugKeys: value, SetCommandStreamReceiver: "1" })
      expect(surfaceIn(closed, id).open).toBe(false)
    }
  })

  it("are opened by a file in the working folder or home, unless a value closes them", async () => {
    const { work, home, look } = makeMachine({
      "cl_cache/1.cl_cache": "",
      "igdrcl.config": "",
      "~/clintercept.conf": "",
    })
    const found = await look({ opencl: crashing })
    const file = (path: string) => ({ kind: "file", path })
    expect(surfaceIn(found, "intel-neo-cache-legacy").because).toEqual([file(join(work, "cl_cache"))])
    expect(surfaceIn(found, "intel-neo-debugkeys-file").because).toEqual([file(join(work, "igdrcl.config"))])
    expect(surfaceIn(found, "intel-cl-intercept").because).toEqual([file(join(home, "clintercept.conf"))])
    const closed = await look({ opencl: crashing }, { cl_cache_dir: "/nonexistent", l0_cache_dir: "/nonexistent" })
    expect(surfaceIn(closed, "intel-neo-cache-legacy")).toMatchObject({
      open: false,
      because: [variable("cl_cache_dir", "/nonexistent"), variable("l0_cache_dir", "/nonexistent")],
    })
  })

  it("that are on are closed by what closes them, and by nothing less", async () => {
    const { look } = makeMachine({ "node_modules/onnxruntime-node/package.json": '{"version": "1.30.0"}' })
    const opencl = { ...pocl, drivers: [...pocl.drivers, ...crashing.drivers] }
    const state = async (id: string, variables: { readonly [name: string]: string }) =>
      surfaceIn(await look({ opencl }, variables), id).open
    expect(await state("intel-neo-cache", { NEO_CACHE_PERSISTENT: "0" })).toBe(false)
    expect(await state("intel-neo-cache", { NEO_CACHE_PERSISTENT: "1" })).toBe(true)
    expect(await state("intel-neo-cache", { NEO_CACHE_PERSISTENT: "0", NEO_CACHE_DIR: "/x" })).toBe(true)
    // PoCL writes all the same, and deletes later.
    expect(await state("pocl-kcache", { POCL_KERNEL_CACHE: "0", POCL_CACHE_DIR: "/dev/shm/x" })).toBe(true)
    expect(await state("ort-telemetry", {})).toBe(true)
    expect(await state("ort-telemetry", { ORT_DISABLE_TELEMETRY: "1" })).toBe(false)
    expect(await state("ort-telemetry", { CI: "true" })).toBe(false)
  })

  it("by options of Node's: only by those that matter", async () => {
    const { look } = makeMachine()
    const because = async (options: string) =>
      surfaceIn(await look({}, { NODE_OPTIONS: options }), "node-heap-dumps").because
    expect(await because("--max-old-space-size=4096")).toEqual([byDefault])
    expect(await because("--heap-prof")).toEqual([variable("NODE_OPTIONS", "--heap-prof")])
  })

  it("of the system are as the system is set", async () => {
    const limits = (soft: string) =>
      `Limit  Soft Limit  Hard Limit  Units\nMax core file size        ${soft}   unlimited   bytes\n`
    const at = async (files: { readonly [path: string]: string }) => makeMachine(files).look()
    const core = async (pattern: string, soft: string) =>
      surfaceIn(
        await at({ "/proc/sys/kernel/core_pattern": pattern, "/proc/self/limits": limits(soft) }),
        "os-core-dump",
      )
    expect((await core("core", "0")).open).toBe(false)
    expect(await core("core", "unlimited")).toMatchObject({ open: true, places: [expect.stringMatching(/work$/)] })
    expect(await core("|/usr/lib/systemd/systemd-coredump %P", "0")).toMatchObject({ open: true, places: [] })
    expect((await core("/var/cores/core.%p", "1024")).places).toEqual(["/var/cores"])

    const scope = async (value: string) =>
      surfaceIn(await at({ "/proc/sys/kernel/yama/ptrace_scope": value }), "os-ptrace-mem").open
    expect([await scope("0"), await scope("1"), await scope("3")]).toEqual([true, true, false])

    const head = "Filename\tType\tSize\tUsed\tPriority\n"
    expect(surfaceIn(await at({ "/proc/swaps": head }), "os-swap-hibernate").open).toBe(false)
    const swapping = await at({
      "/proc/swaps": `${head}/dev/sda2 partition 8 0 -2\n`,
      "/sys/power/state": "mem disk\n",
    })
    expect(surfaceIn(swapping, "os-swap-hibernate")).toMatchObject({
      open: true,
      because: [
        { kind: "system", name: "swap", value: "/dev/sda2" },
        { kind: "system", name: "hibernation", value: "possible" },
      ],
    })
    const mounts = "/dev/sda1 / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n"
    expect((await at({ "/proc/self/mounts": mounts })).system.temporary).toEqual({
      ...{ folder: "/tmp", fileSystem: "tmpfs", inMemory: true },
    })
  })

  it("show no variable but those that a surface names", async () => {
    const { look } = makeMachine()
    const secret = "hunter2hunter2"
    const found = await look(
      { opencl: crashing },
      { AWS_SECRET_ACCESS_KEY: secret, NODE_AUTH_TOKEN: secret, DATABASE: secret },
    )
    expect(JSON.stringify(found)).not.toContain(secret)
    expect(formatDoctor(found, { all: true })).not.toContain(secret)
  })
})

onPosix("what a vault does", () => {
  it("is told by guarantees, for every surface that has one", async () => {
    const found = await makeMachine().look({ opencl: pocl })
    expect(surfaceIn(found, "pocl-kcache").vault.guarantees).toEqual([
      ...["process.environment", "process.private-directory", "process.directory-in-memory", "files.confined"],
    ])
    expect(surfaceIn(found, "os-core-dump").vault).toEqual({
      ...{ guarantees: ["process.core-dumps"], remaining: [], tried: "harmless" },
    })
    expect(surfaceIn(found, "ort-optimized-model").vault.guarantees).toContain("files.confined")
  })

  it("is not told of what an administrator set for every program", async () => {
    const { root, look } = makeMachine({ "/etc/ld.so.preload": "/opt/watch.so\n" })
    const found = await look()
    const preload = join(root, "etc/ld.so.preload")
    expect(surfaceIn(found, "ld-preload")).toMatchObject({ open: true, vault: { remaining: [preload] } })
    expect(formatDoctor(found).replaceAll(/\s/g, "")).toContain("openaswell")
  })

  it("says what doesn't hold here, or why there is no vault", async () => {
    const { look } = makeMachine({ "/proc/sys/kernel/yama/ptrace_scope": "0" })
    const guarantee = { id: "memory.private", title: "", state: "unavailable", mechanism: "It is root.", evidence: {} }
    const report = {
      ...{ format: "strongroom-report/1", time: "", place: "vault", platform: "", versions: { strongroom: "0" } },
      ...{ backend: { name: "sink" }, cachePolicy: "off", guarantees: [guarantee], limits: [] },
    } as unknown as import("@strongroom/core").Report
    const text = formatDoctor(await look({ vault: report }))
    expect(text).toMatch(/with sink: 0 of 1 guarantees hold/)
    expect(text.replaceAll(/\s+/g, " ")).toContain("UNAVAILABLE HERE: memory.private")
    expect(formatDoctor(await look({ vault: { problem: "no Node" } }))).toContain("None could be opened here: no Node")
  })
})

onPosix("the text", () => {
  it("fits into 80 columns, and all of it with --all", async () => {
    const found = await makeMachine({ "~/.cache/pocl/kcache/x": "x" }).look({ opencl: pocl })
    for (const all of [false, true])
      for (const line of formatDoctor(found, { all }).split("\n")) expect(line.length, line).toBeLessThanOrEqual(80)
    const sections = formatDoctor(found).match(/^\S.*$/gm)
    expect(sections).toEqual(["drivers", "runtimes", "caches", "surfaces", "what a vault does"])
    expect(formatDoctor(found)).toContain("~/.cache/pocl")
    expect(formatDoctor(found)).not.toContain("not here")
    expect(formatDoctor(found, { all: true })).toContain("not here")
  })
})

it("this machine can be looked at with no options", async () => {
  const found = await doctor()
  expect(found.surfaces.length).toBeGreaterThan(20)
  expect(JSON.parse(JSON.stringify(found)).format).toBe("strongroom-doctor/1")
})
