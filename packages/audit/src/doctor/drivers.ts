import { dirname, join } from "node:path"
import type { Component } from "@strongroom/surfaces"
import type { Driver } from "./driver.js"
import { type Library, librariesOf } from "./libraries.js"
import { jsonOf, type Machine, namesIn, realPath, textOf } from "./machine.js"
import { type OpenCLDiscovery, openclDrivers } from "./opencl.js"

type Kind = Pick<Driver, "interface" | "name" | "vendor" | "component"> & { readonly file: RegExp }

const kind = (file: RegExp, name: string, vendor: string, reachedBy: string, component: Component | null): Kind => ({
  file,
  name,
  vendor,
  interface: reachedBy,
  component,
})

/** Libraries whose presence says that a driver is installed. */
const libraries: readonly Kind[] = [
  kind(/^libOpenCL\.so\.1$/, "OpenCL loader", "", "OpenCL", "opencl-loaders"),
  kind(/^libpocl\.so\.\d+$/, "PoCL", "PoCL", "OpenCL", "pocl"),
  kind(/^libigdrcl\.so$/, "NEO", "Intel", "OpenCL", "intel-neo"),
  kind(/^libze_intel_gpu\.so\.1$/, "NEO", "Intel", "Level Zero", "intel-neo"),
  kind(/^libze_loader\.so\.1$/, "Level Zero loader", "", "Level Zero", "level-zero"),
  kind(/^libigc\.so\.\d+$/, "Graphics Compiler", "Intel", "compiler", "intel-graphics-compiler"),
  kind(/^libintelocl\.so$/, "OpenCL for CPUs", "Intel", "OpenCL", "intel-cpu-opencl"),
  kind(/^libcuda\.so\.1$/, "CUDA", "NVIDIA", "CUDA", "nvidia"),
  kind(/^libnvidia-opencl\.so\.1$/, "OpenCL of NVIDIA", "NVIDIA", "OpenCL", "nvidia"),
  kind(/^libamdhip64\.so\.\d+$/, "HIP", "AMD", "HIP", "amd-rocm"),
  kind(/^libamdocl64\.so$/, "ROCm OpenCL", "AMD", "OpenCL", "amd-rocm"),
  kind(/^libMIOpen\.so\.1$/, "MIOpen", "AMD", "HIP", "amd-miopen"),
  kind(/^libgallium-[\w.-]+\.so$/, "Gallium", "Mesa", "Mesa", "mesa"),
  kind(/^libRusticlOpenCL\.so\.1$/, "rusticl", "Mesa", "OpenCL", "mesa"),
  kind(/^libMesaOpenCL\.so\.1$/, "Clover", "Mesa", "OpenCL", "mesa"),
  kind(/^libclvk\.so$/, "clvk", "", "OpenCL", "clvk"),
  kind(/^libvulkan\.so\.1$/, "Vulkan loader", "", "Vulkan", "vulkan"),
]

/**
 * The drivers of a machine: those of OpenCL as they answered, the others by the files that they consist of. A file proves
 * that something was installed, not that it works.
 */
export function driversOf(machine: Machine, opencl: OpenCLDiscovery | undefined): Driver[] {
  const files = librariesOf(machine)
  const asked = opencl ? openclDrivers(opencl).map((driver) => located(driver, files)) : []
  const answered = new Set(asked.map(({ path }) => realPath(path)))
  const installed = libraries.flatMap(({ file, ...driver }) =>
    files
      .filter(({ name, path }) => file.test(name) && !answered.has(realPath(path)))
      .map((library) => byFile(driver, library, machine)),
  )
  return [...asked, ...installed, ...vulkanDrivers(machine)]
}

/** A bare name is for the dynamic loader, which finds it where it is found here. */
function located(driver: Driver, files: readonly Library[]): Driver {
  return { ...driver, path: files.find(({ name }) => name === driver.path)?.path ?? driver.path }
}

const unasked = { registeredBy: "", devices: [], outcome: "file", problem: null } as const

function byFile(driver: Omit<Kind, "file">, { name, path, version }: Library, machine: Machine): Driver {
  const kernel = driver.component === "nvidia" ? nvidiaVersion(machine) : ""
  // Mesa has its version in the library's own name.
  const inName = /^libgallium-([\d.]+)/.exec(name)?.[1] ?? ""
  return { ...driver, ...unasked, version: kernel || inName || (/^\d+$/.test(version) ? "" : version), path }
}

/** Of the kernel's module: `NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  ...`. */
function nvidiaVersion({ root }: Machine): string {
  return (
    /Module\D*?(?:for \S+ +)?(\d+\.[\d.]+)/.exec(textOf(join(root, "/proc/driver/nvidia/version")) ?? "")?.[1] ?? ""
  )
}

const vulkanVendors: readonly (readonly [RegExp, string, Component | null])[] = [
  [/nvidia/i, "NVIDIA", "nvidia"],
  [/amdvlk/i, "AMD", "amd-rocm"],
  [/radeon|lvp|intel|nouveau|virtio|broadcom|freedreno|panfrost|asahi|dzn|powervr/i, "Mesa", "mesa"],
]

/** What Vulkan's loader is told of, by JSON files in the system's folders. */
function vulkanDrivers({ root, platform }: Machine): Driver[] {
  if (platform !== "linux") return []
  return ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"].flatMap((place) => {
    const folder = join(root, place)
    const files = namesIn(folder).filter((name) => name.endsWith(".json"))
    return files.map((name): Driver => {
      const path = libraryIn(jsonOf(join(folder, name)))
      const [, vendor = "", component = null] = vulkanVendors.find(([pattern]) => pattern.test(name)) ?? []
      const problem = path === undefined ? "The file names no library." : null
      return {
        ...{ ...unasked, interface: "Vulkan", name: name.replace(/(_icd)?(\.\w+)?\.json$/, ""), vendor, component },
        ...{ version: "", path: path ? absolute(path, folder) : "", registeredBy: join(folder, name), problem },
      }
    })
  })
}

function libraryIn(json: unknown): string | undefined {
  const path = (json as { ICD?: { library_path?: unknown } } | undefined)?.ICD?.library_path
  return typeof path === "string" ? path : undefined
}

/** A path in such a file may be relative to it; a bare name is for the dynamic loader. */
function absolute(path: string, folder: string): string {
  return path.includes("/") && dirname(path) !== "." && !path.startsWith("/") ? join(folder, path) : path
}
