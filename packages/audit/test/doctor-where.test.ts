import { matchPath, surfaces } from "@strongroom/surfaces"
import { it as anywhere, expect } from "vitest"
import { machineOf } from "../src/doctor/machine.js"
import { systemOf } from "../src/doctor/system.js"
import { placesOfSurface, writingPlaces } from "../src/doctor/where.js"

// Paths of POSIX.
const it = anywhere.skipIf(process.platform === "win32")

const look = (id: string, environment: { readonly [name: string]: string }) => {
  const machine = machineOf({
    platform: "linux",
    folder: "/app",
    environment: { HOME: "/home/alice", ...environment },
  })
  return placesOfSurface(id, machine, systemOf(machine))
}

it.each([
  ["pocl-kcache", {}, ["/home/alice/.cache/pocl/kcache"]],
  ["pocl-kcache", { XDG_CACHE_HOME: "/c" }, ["/c/pocl/kcache"]],
  ["pocl-kcache", { XDG_CACHE_HOME: "/c", POCL_CACHE_DIR: "own" }, ["/app/own"]],
  ["pocl-kcache", { POCL_KERNEL_CACHE: "0" }, ["/home/alice/.cache/pocl/uncached"]],
  ["intel-igc-dumps", { IGC_DumpToCurrentDir: "1" }, ["/app"]],
  [
    "ort-telemetry",
    { TMPDIR: "/t" },
    ["/home/alice/.cache/Microsoft/DeveloperTools/.onnxruntime", "/t/mat-debug-*.log", "/t/.ses"],
  ],
  ["nvidia-lib-logs", { CUDNN_LOGDEST_DBG: "stderr", CUBLASLT_LOG_FILE: "/l" }, ["stderr", "/l"]],
  ["jax-compilation-cache", {}, []],
])("%s with %o writes to %j", (id, environment, places) => {
  expect(look(id, environment)).toEqual(places)
})

it("names surfaces only, and folders that the database knows as theirs", () => {
  const known = new Map(surfaces.map((surface) => [surface.id, surface]))
  for (const id of Object.keys(writingPlaces)) {
    expect(known.get(id)?.platforms, id).toContain("linux")
    // What isn't below a folder of a name of its own can't be told by its path.
    const paths = known.get(id)?.paths.filter((path) => /^[\w.]+\/.*\*\*$/.test(path)) ?? []
    const [place] = look(id, {})
    if (paths.length === 0 || place === undefined || place === "/app") continue
    expect(
      matchPath(`${place.replace("*", "")}/x/y`).map((surface) => surface.id),
      `${id}: ${place}`,
    ).toContain(id)
  }
})

it("has a place for everything that writes on Linux by default, but what a program or the system decides", () => {
  const without = surfaces.filter(
    ({ id, byDefault, platforms, where }) =>
      byDefault === "on" && platforms.includes("linux") && where !== "" && !(id in writingPlaces),
  )
  expect(without.map(({ id }) => id).sort()).toEqual(["node-inspector", "os-swap-hibernate", "tf-savedmodel-disk"])
})
