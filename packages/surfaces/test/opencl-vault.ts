import { existsSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { bytesSource, importOpencl } from "@strongroom/core"
import { driver } from "@strongroom/test-machine"
import { expect } from "vitest"
import { type WrittenModel, writeSealed } from "./sealed-model.js"
import { kernelSource, type Needles, type Trial } from "./trial.js"

/** Seals the kernel of programs/opencl.mjs: the same source, so that a driver knows it again, and the same weights. */
export async function writeBundle(needles: Needles): Promise<WrittenModel> {
  const { name, weights } = needles
  const size = weights.length
  const description = JSON.stringify({
    format: "strongroom-opencl/1",
    inputs: [],
    outputs: [{ name: "results", type: "uint8", shape: [size] }],
    programs: { all: { sources: ["kernel.cl"] } },
    buffers: { weights: { file: "weights.bin", byteLength: size } },
    launches: [{ program: "all", kernel: name, arguments: ["weights", "results"], global: [size] }],
  })
  const files: Readonly<Record<string, Uint8Array>> = {
    "kernel.cl": Buffer.from(kernelSource(needles)),
    "weights.bin": weights,
  }
  const file = async (path: string) => bytesSource(files[path] as Uint8Array)
  return writeSealed(await importOpencl(bytesSource(Buffer.from(description)), file))
}

/** How the sealed kernel is run in a vault. */
export interface InVault {
  /** Of scripts/drivers.mjs. */
  readonly driver: "pocl" | "intel-gpu" | "intel-cpu"
  /** Variables of the app. */
  readonly environment?: Readonly<Record<string, string>>
  /** Variables that the backend's own code sets in the vault. Default: what makes the driver work. */
  readonly fixed?: Readonly<Record<string, string>>
  readonly cache?: "off" | "sealed"
  readonly ending?: "leave"
}

/** What a driver is linked with in a folder of its own, in an order in which each finds those before it. */
const unlinked: Readonly<Record<InVault["driver"], readonly string[]>> = {
  pocl: [],
  "intel-gpu": [
    ...["libigdgmm.so.12", "libiga64.so.1", "libLLVMSPIRVLib.so.14", "libopencl-clang.so.14", "libigc.so.1"],
    "libigdfcl.so.1",
  ],
  "intel-cpu": [],
}

/** The variables that make a driver work, without those that it is found by. */
export function ownVariables(name: InVault["driver"]): Readonly<Record<string, string>> {
  const findable = ["OCL_ICD_VENDORS", "LD_LIBRARY_PATH", "POCL_CACHE_DIR", "STRONGROOM_OPENCL_LIBRARY"]
  return Object.fromEntries(Object.entries(driver(name)).filter(([variable]) => !findable.includes(variable)))
}

/** What programs/opencl-vault.mjs takes. */
export function askVault(trial: Trial, models: readonly WrittenModel[], settings: InVault): string {
  const { driver: name, fixed = ownVariables(name), cache = "off", ending } = settings
  const { OCL_ICD_VENDORS: drivers, STRONGROOM_OPENCL_LIBRARY: library, LD_LIBRARY_PATH: folder } = driver(name)
  return JSON.stringify({
    folders: models.map(({ folder }) => folder),
    ...{ cache, ending },
    options: {
      ...(drivers && { drivers }),
      ...(library && { library }),
      ...(folder && { libraries: unlinked[name].map((file) => join(folder, file)), read: [folder] }),
    },
    environment: fixed,
    store: storeOf(trial),
  })
}

/** Runs it in an app of the trial's. What the app printed. */
export const runInVault = (trial: Trial, model: WrittenModel, settings: InVault): Promise<string> =>
  trial.run("opencl-vault.mjs", [askVault(trial, [model], settings)], settings.environment)

/**
 * Runs it in a vault under the cache policy that keeps nothing, and under the one that keeps ciphertext: with the right
 * results, and nothing of it in any file afterwards.
 */
export async function expectHarmless(trial: Trial, needles: Needles, model: WrittenModel, settings: InVault) {
  for (const cache of ["off", "sealed"] as const) {
    rmSync(storeOf(trial), { recursive: true, force: true })
    const printed = await runInVault(trial, model, { ...settings, cache })
    expect(printed).toMatch(settings.driver === "intel-gpu" ? /^ran: / : ranWith(needles))
    expect(keptIn(trial) > 0, `something is kept: ${cache}`).toBe(cache === "sealed")
    expect(trial.exposing(needles), `cache policy ${cache}`).toEqual([])
  }
}

/** Without a GPU, Intel's driver computes nothing. */
const ranWith = ({ weights }: Needles) => `ran: ${Buffer.from(weights.map((byte) => byte + 1)).toString("hex")}\n`

const storeOf = ({ folder }: Trial) => join(folder, "store")

const keptIn = (trial: Trial) => (existsSync(storeOf(trial)) ? readdirSync(storeOf(trial)).length : 0)
