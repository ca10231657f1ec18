import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { type DeviceType, opencl } from "@strongroom/backend-opencl"
import { type DeviceReport, type Discovery, type DriverReport, discover } from "@strongroom/opencl/discovery"
import { fileStore } from "@strongroom/vault"
import type { Engine } from "./engine.js"

/** What was found of OpenCL, or why nothing was. */
export type OpenCLHere = Discovery | { readonly problem: string }

/** A driver that needs longer isn't waited for. */
const timeoutMilliseconds = 10_000

/** Asks every driver in a process of its own, so that one that crashes or hangs is only left out. Never rejects. */
export function findOpenCL(): Promise<OpenCLHere> {
  return discover({ timeoutMilliseconds }).catch((error) => ({
    problem: error instanceof Error ? error.message : String(error),
  }))
}

export interface OpenCLFolders {
  /** For the files by which a vault is told its driver. */
  readonly drivers: string
  /** For what is compiled, as ciphertext. */
  readonly artifacts: string
}

/** An engine for each driver that answered with a device that compiles, on the best of them. */
export async function openclEngines(here: OpenCLHere, folders: OpenCLFolders): Promise<readonly Engine[]> {
  if ("problem" in here) return []
  const found = here.drivers.flatMap((driver) => {
    const best = driver.outcome === "ready" ? bestDevice(driver) : undefined
    return best ? [{ driver, ...best }] : []
  })
  const artifactStore = fileStore(folders.artifacts)
  return Promise.all(
    found.map(async ({ driver, device, type }, index): Promise<Engine> => {
      const id = index === 0 ? "opencl" : `opencl-${index + 1}`
      const drivers = driver.library !== null && (await onlyDriver(join(folders.drivers, id), driver.library))
      const backend = opencl({ device: type, library: here.library, ...(drivers && { drivers }) })
      const vault = { backend, cache: "sealed", artifactStore } as const
      return { id, name: "OpenCL", device: device.name, compiles: true, vault }
    }),
  )
}

/** Why there is no engine of OpenCL, and how to get one: for the person at the terminal and in the page. */
export function openclAdvice(here: OpenCLHere): string {
  const problems =
    "problem" in here
      ? [here.problem]
      : here.drivers.flatMap(({ file, library, problem }) => (problem ? `${file ?? library}: ${problem}` : []))
  return [
    "OpenCL has no device here.",
    ...problems,
    "A graphics card's driver brings one; for the CPU there is PoCL, on Debian and Ubuntu:",
    "apt install pocl-opencl-icd ocl-icd-libopencl1 binutils. Then start again.",
  ].join(" ")
}

/** As opencl() itself prefers them. */
const preference = [
  ["GPU", "gpu"],
  ["accelerator", "accelerator"],
  ["CPU", "cpu"],
] as const

function bestDevice({ platforms }: DriverReport): { device: DeviceReport; type: DeviceType } | undefined {
  const devices = platforms.flatMap((platform) => platform.devices)
  for (const [word, type] of preference) {
    const device = devices.find((one) => one.type.includes(word) && one.available && one.hasCompiler)
    if (device) return { device, type }
  }
  return undefined
}

/** A folder of drivers with this one alone: another, which crashes as it is loaded, would take the vault with it. */
async function onlyDriver(folder: string, library: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, "driver.icd"), `${library}\n`)
  return folder
}
