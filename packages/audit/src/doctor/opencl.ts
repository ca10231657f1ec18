import type { Component } from "@strongroom/surfaces"
import type { Driver } from "./driver.js"

/**
 * What `discover()` of @strongroom/opencl/discovery found, as far as it is used here. It is handed in: looking for drivers
 * runs them, in processes of their own, and that is not for a library to do unasked.
 */
export interface OpenCLDiscovery {
  readonly library: string
  readonly drivers: readonly {
    readonly file: string | null
    readonly library: string | null
    readonly outcome: string
    readonly problem: string | null
    readonly platforms: readonly {
      readonly name: string
      readonly vendor: string
      readonly version: string
      readonly devices: readonly { readonly name: string; readonly driver: string; readonly type: readonly string[] }[]
    }[]
  }[]
}

/** One entry for each driver that is registered, also for one that crashes or can't be loaded. */
export function openclDrivers({ drivers }: OpenCLDiscovery): Driver[] {
  return drivers.map(({ file, library, outcome, problem, platforms }) => {
    const devices = platforms.flatMap((platform) => platform.devices)
    const [platform] = platforms
    return {
      interface: "OpenCL",
      name: platform?.name ?? library ?? file ?? "OpenCL",
      vendor: platform?.vendor ?? "",
      version: devices[0]?.driver || platform?.version || "",
      path: library ?? "",
      registeredBy: file ?? "",
      devices: devices.map(({ name }) => name.trim()),
      outcome,
      problem,
      component: componentOf([platform?.name ?? "", library ?? ""].join(" ")),
    }
  })
}

/** By the platform's name and the library's. */
const known: readonly (readonly [RegExp, Component])[] = [
  [/Portable Computing Language|libpocl/, "pocl"],
  [/Intel\(R\) OpenCL (HD )?Graphics|libigdrcl/, "intel-neo"],
  [/libintelocl|Intel\(R\) OpenCL$|Intel\(R\) CPU/, "intel-cpu-opencl"],
  [/NVIDIA CUDA|libnvidia-opencl/, "nvidia"],
  [/AMD Accelerated|libamdocl/, "amd-rocm"],
  [/rusticl|Clover|libRusticlOpenCL|libMesaOpenCL/i, "mesa"],
  [/clvk|libclvk/, "clvk"],
  [/Apple/, "metal"],
]

function componentOf(text: string): Component | null {
  return known.find(([pattern]) => pattern.test(text))?.[1] ?? null
}
