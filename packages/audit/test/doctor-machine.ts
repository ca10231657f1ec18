import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { type Doctor, type DoctorOptions, type DoctorSurface, doctor } from "../src/index.js"
import { temporaryFolder } from "./support.js"

/** A machine of files: `/` is a folder, HOME and the working folder are others. */
export function makeMachine(
  files: { readonly [path: string]: string } = {},
  environment: { readonly [name: string]: string } = {},
) {
  const base = temporaryFolder()
  const [root, home, work] = [join(base, "root"), join(base, "home"), join(base, "work")]
  const write = (path: string, content: string) => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
  for (const folder of [root, home, work]) mkdirSync(folder)
  write(join(root, "proc/sys/kernel/core_pattern"), "core\n")
  for (const [path, content] of Object.entries(files)) {
    const place = path.startsWith("~/") ? join(home, path.slice(2)) : join(path.startsWith("/") ? root : work, path)
    write(place, content)
  }
  const look = (more: Partial<DoctorOptions> = {}, variables: { readonly [name: string]: string } = {}) =>
    doctor({
      root,
      platform: "linux",
      folder: work,
      environment: { HOME: home, ...environment, ...variables },
      ...more,
    })
  return { root, home, work, look }
}

export function surfaceIn(found: Doctor, id: string): DoctorSurface {
  const surface = found.surfaces.find((surface) => surface.id === id)
  if (!surface) throw new Error(`There is no ${id}.`)
  return surface
}

/** A variable as a reason. */
export const variable = (name: string, value: string) => ({ kind: "variable", name, value })

export const byDefault = { kind: "default" }

/** PoCL, as discovery reports it. */
export const pocl = {
  library: "libOpenCL.so.1",
  drivers: [
    {
      file: "/etc/OpenCL/vendors/pocl.icd",
      library: "libpocl.so.2",
      outcome: "ready",
      problem: null,
      platforms: [
        {
          name: "Portable Computing Language",
          vendor: "The pocl project",
          version: "OpenCL 3.0 PoCL 3.1",
          devices: [{ name: "pthread-cpu", driver: "3.1", type: ["CPU"] }],
        },
      ],
    },
  ],
} as const

/** Intel's driver for GPUs, which crashes. */
export const crashing = {
  library: "libOpenCL.so.1",
  drivers: [
    {
      file: "/etc/OpenCL/vendors/intel.icd",
      library: "/opt/intel/libigdrcl.so",
      outcome: "crashed",
      problem: "It crashed the process (SIGSEGV) when it was opened.",
      platforms: [],
    },
  ],
} as const
