import { join } from "node:path"
import type { Case } from "../case.js"
import type { Prepared } from "../prepare.js"
import { node, program } from "../programs.js"
import { makeCache } from "./intel-neo.js"

export function vault(prepared: Prepared): readonly Case[] {
  const { drivers, models, sealed } = prepared
  const one = (
    id: string,
    subject: string,
    setting: string,
    given: object,
    folder: string,
    before?: (work: string) => void,
  ): Case => ({
    id,
    subject: `Vault, ${subject}`,
    setting,
    by: setting === "" ? "nobody" : "user",
    run({ work }) {
      before?.(work)
      return {
        command: node,
        args: [program("vault.mjs"), JSON.stringify({ folder, ...given })],
        model: [models.studied],
      }
    },
  })
  const optionsFor = ({ OCL_ICD_VENDORS, STRONGROOM_OPENCL_LIBRARY }: Record<string, string>) => ({
    ...(OCL_ICD_VENDORS && { drivers: OCL_ICD_VENDORS }),
    ...(STRONGROOM_OPENCL_LIBRARY && { library: STRONGROOM_OPENCL_LIBRARY }),
  })
  const { OCL_ICD_VENDORS: _, LD_LIBRARY_PATH: libraries = "", ...environment } = drivers["intel-gpu"] ?? {}
  return [
    one("vault-onnxruntime", "ONNX Runtime", "", { name: "onnxruntime" }, sealed.onnx),
    ...("pocl" in drivers
      ? [one("vault-pocl", "PoCL", "", { name: "opencl", options: optionsFor(drivers.pocl ?? {}) }, sealed.bundle)]
      : []),
    ...("intel-gpu" in drivers
      ? [
          one(
            "vault-neo",
            "Intel GPU driver (NEO)",
            "a folder cl_cache in the working directory",
            {
              name: "opencl",
              options: {
                ...optionsFor(drivers["intel-gpu"] ?? {}),
                libraries: intelLibraries.map((name) => join(libraries, name)),
                read: [libraries],
              },
              environment,
            },
            sealed.bundle,
            makeCache,
          ),
        ]
      : []),
  ]
}

/** What Intel's driver is linked with, in an order in which each finds those before it: it was unpacked, not installed. */
const intelLibraries = [
  ...["libigdgmm.so.12", "libiga64.so.1", "libLLVMSPIRVLib.so.14", "libopencl-clang.so.14"],
  ...["libigc.so.1", "libigdfcl.so.1"],
]
