import type { Doctor, DoctorSurface } from "../doctor/doctor.js"
import type { Driver } from "../doctor/driver.js"
import type { Reason } from "../doctor/surface-state.js"
import { bytes } from "./table.js"
import { vaultLines } from "./vault-text.js"
import { wrap, wrappedTable } from "./wrapped-table.js"

export interface DoctorTextOptions {
  /** Also what is closed, and what isn't on this machine. Default: false. */
  readonly all?: boolean
  /** Characters in a line. Default: 80. */
  readonly width?: number
}

/** The report for people: what is open comes first. */
export function formatDoctor(doctor: Doctor, { all = false, width = 80 }: DoctorTextOptions = {}): string {
  const layout = { all, width }
  return [
    ...section("drivers", driverLines(doctor, width)),
    ...section("runtimes", runtimeLines(doctor, width)),
    ...section("caches", cacheLines(doctor, width)),
    ...section("surfaces", surfaceLines(doctor, layout)),
    ...section("what a vault does", vaultLines(doctor, layout)),
  ]
    .slice(0, -1)
    .join("\n")
}

const section = (title: string, lines: readonly string[]) => [title, ...lines.map((line) => `  ${line}`.trimEnd()), ""]

function driverLines({ drivers, opencl, home }: Doctor, width: number): string[] {
  const rows = drivers.map((driver) => [
    driver.interface,
    nameOf(driver),
    driver.version,
    driver.outcome === "file" ? "not asked" : driver.outcome,
    [driver.path, driver.registeredBy]
      .filter(Boolean)
      .map((path) => tilde(path, home))
      .join(", by "),
  ])
  const problem = opencl && "problem" in opencl ? wrap(`OpenCL: ${opencl.problem}`, width - 2) : []
  return [
    ...(rows.length === 0
      ? ["none found"]
      : wrappedTable(["for", "name", "version", "state", "library"], rows, width - 2)),
    ...problem,
    ...drivers.flatMap((driver) => problemOf(driver, home, width - 2)),
  ]
}

function nameOf({ name, vendor, devices, outcome }: Driver): string {
  if (devices.length > 0) return `${name}: ${devices.join("; ")}`
  return outcome === "file" && !name.includes(vendor) ? `${vendor} ${name}` : name
}

function problemOf({ problem, path, registeredBy, name }: Driver, home: string, width: number): string[] {
  return problem === null ? [] : wrap(`${tilde(path || registeredBy, home) || name}: ${problem}`, width)
}

function runtimeLines({ runtimes, python, folder, home }: Doctor, width: number): string[] {
  const rows = runtimes.map(({ from, name, version, path }) => [name, version, from, tilde(path, home)])
  const where = `looked for in ${tilde(folder, home)} (npm)${python ? ` and Python ${python.version}` : "; there is no python3"}`
  return [
    ...(rows.length === 0 ? ["none found"] : wrappedTable(["name", "version", "from", "place"], rows, width - 2)),
    ...wrap(where, width - 2),
  ]
}

function cacheLines({ caches, home }: Doctor, width: number): string[] {
  if (caches.length === 0) return ["none found"]
  const rows = caches.map(({ kind, byteLength, files, modified, path }) => [
    kind,
    bytes(byteLength),
    String(files),
    modified.toISOString().slice(0, 10),
    tilde(path, home),
  ])
  return wrappedTable(["kind", "size", "files", "newest", "place"], rows, width - 2)
}

function surfaceLines({ surfaces, home }: Doctor, { all, width }: Required<DoctorTextOptions>): string[] {
  const open = surfaces.filter((surface) => surface.open)
  const closed = surfaces.filter((surface) => surface.here && !surface.open)
  const elsewhere = surfaces.filter((surface) => !surface.here)
  const shown = all ? surfaces : open
  const rows = shown.map((surface) => [
    surface.open ? "open" : surface.here ? "closed" : "not here",
    surface.id,
    surface.here ? surface.because.map((reason) => reasonText(reason, home)).join(", ") : "",
    surface.exposes.join(", "),
    placesText(surface, home),
  ])
  const count = `${open.length} open, ${closed.length} closed, ${elsewhere.length} of what isn't here${all ? "" : " (--all lists them)"}`
  const head = ["state", "surface", "because", "gives away", "where"]
  // A column that always says the same is left out.
  const from = all ? 0 : 1
  return [
    count,
    ...(rows.length === 0
      ? []
      : wrappedTable(
          head.slice(from),
          rows.map((row) => row.slice(from)),
          width - 2,
        )),
  ]
}

function placesText({ places, where, because }: DoctorSurface, home: string): string {
  if (places.length > 0) return places.map((place) => tilde(place, home)).join(", ")
  return because.some((reason) => reason.kind === "system") ? "" : where
}

function reasonText(reason: Reason, home: string): string {
  if (reason.kind === "default") return "by default"
  if (reason.kind === "variable") return `${reason.name}=${reason.value}`
  if (reason.kind === "file") return `${tilde(reason.path, home)} is there`
  if (reason.kind === "version") return `not in version ${reason.version}`
  return `${reason.name} ${reason.value}`
}

/** Shorter, for people: the user's home as `~`. */
function tilde(path: string, home: string): string {
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
}
