// The OpenCL drivers that tests run on, none of which needs a GPU. Each is a set of environment variables to start a
// process with: the directory in OCL_ICD_VENDORS holds one .icd file, so that such a process meets that driver only.
// (A directory, because Khronos's loader, unlike Debian's, takes nothing else.)
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { aptInstall, aptUnpack, isThere } from "./debian.mjs"
import { cache, fail, say, virtualEnvironment } from "./setup.mjs"

const folder = join(cache, "drivers")
const installers = { pocl, "intel-cpu": intelCpu, "intel-gpu": intelGpu }

/** Every driver's name. */
export const driverNames = Object.keys(installers)

/** What a fast run of the tests uses; Intel's CPU runtime is 0.8 GB. */
export const fastDriverNames = ["pocl", "intel-gpu"]

/**
 * Installs the drivers that are not there yet. Gives STRONGROOM_OPENCL_DRIVERS for the tests: a JSON object from each
 * driver's name to its variables. A driver that can't be had here is left out, after a line that says so; in CI, a missing
 * PoCL is a failure.
 */
export function openclDrivers(names) {
  const ready = {}
  for (const name of names) {
    const environment = process.platform === "linux" ? installers[name]() : undefined
    if (environment) ready[name] = environment
    else if (process.env.CI && name === "pocl")
      fail("Tests in CI need PoCL, from Debian as root or from PyPI's wheels, and it couldn't be installed here.")
    else say(`No OpenCL driver ${name} on this machine: tests that need it are skipped.`)
  }
  return { STRONGROOM_OPENCL_DRIVERS: JSON.stringify(ready) }
}

/** Portable Computing Language, on the CPU: the machine's own, as root Debian's, else one from PyPI with a loader. */
function pocl() {
  const kernels = { POCL_CACHE_DIR: join(folder, "pocl-kernels") }
  mkdirSync(kernels.POCL_CACHE_DIR, { recursive: true })
  if (!installedPocl()) aptInstall(debianPocl, ["--no-install-recommends"])
  const library = installedPocl()
  if (library) return { ...vendors("pocl", library), ...kernels }

  // Without it PoCL aborts the process at the first kernel.
  if (!isThere("ld")) {
    say("PoCL runs ld, which is in binutils, and isn't in PATH.")
    return undefined
  }
  const libraries = wheels("pocl", "purelib", "pyopencl/.libs")
  if (!libraries) return undefined
  // The rest of these names is a checksum, and differs from wheel to wheel.
  const named = (start) =>
    join(
      libraries,
      readdirSync(libraries).find((name) => name.startsWith(start)),
    )
  const [driver, loader] = [named("libpocl-"), named("libOpenCL-")]
  // pyopencl's build of the loader looks for drivers there too, and crashes where the variable is missing.
  return { ...vendors("pocl", driver), ...kernels, STRONGROOM_OPENCL_LIBRARY: loader, PYOPENCL_HOME: folder }
}

// PoCL runs `ld`, which is in binutils.
const debianPocl = ["ocl-icd-libopencl1", "pocl-opencl-icd", "binutils"]

/** The library of the machine's own PoCL, if there is one, and a loader. */
function installedPocl() {
  const registered = "/etc/OpenCL/vendors/pocl.icd"
  const known = spawnSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" }).stdout ?? ""
  // A package that was removed leaves its file in /etc.
  return existsSync(registered) && known.includes("libOpenCL.so.1") && known.includes("libpocl.so")
    ? readFileSync(registered, "utf8").trim()
    : undefined
}

/** Intel's OpenCL for CPUs, which runs on AMD's too, with the loader of the same wheel: Khronos's own. */
function intelCpu() {
  const libraries = wheels("intel-cpu", "data", "lib")
  return libraries && { ...vendors("intel-cpu", join(libraries, "libintelocl.so")), LD_LIBRARY_PATH: libraries }
}

/**
 * Intel's OpenCL for GPUs, which builds programs without a GPU: its command streams go to a file, so that what kernels
 * compute never comes. The variables are in its shared/source/debug_settings.
 */
function intelGpu() {
  const unpacked = join(folder, "intel-gpu-debian")
  const marker = join(unpacked, "ready")
  if (!existsSync(marker)) {
    rmSync(unpacked, { recursive: true, force: true })
    if (process.arch !== "x64" || !aptUnpack(["intel-opencl-icd", "ocl-icd-libopencl1"], unpacked)) return undefined
    writeFileSync(marker, "")
  }
  const libraries = join(unpacked, "root/usr/lib/x86_64-linux-gnu")
  return {
    ...vendors("intel-gpu", join(libraries, "intel-opencl/libigdrcl.so")),
    LD_LIBRARY_PATH: libraries,
    NEOReadDebugKeys: "1",
    SetCommandStreamReceiver: "1",
    ProductFamilyOverride: "skl",
    AUBDumpCaptureFileName: "/dev/null",
  }
}

/** Registers one library, alone in its directory. */
function vendors(name, library) {
  const directory = join(folder, name)
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, `${name}.icd`), `${library}\n`)
  return { OCL_ICD_VENDORS: directory }
}

/** A folder in what PyPI's wheels for a driver installed, by the name that Python's sysconfig has for its beginning. */
function wheels(name, path, below) {
  if (process.arch !== "x64") return undefined
  // Their dependencies in Python aren't needed, and hundreds of megabytes aren't needed twice.
  const flags = ["--no-deps", "--no-cache-dir"]
  const python = virtualEnvironment(`scripts/requirements/${name}.txt`, `${name} is left out`, flags)
  if (!python) return undefined
  const code = `import sysconfig; print(sysconfig.get_path("${path}"))`
  return join(spawnSync(python, ["-c", code], { encoding: "utf8" }).stdout.trim(), below)
}
