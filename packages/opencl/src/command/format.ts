import { type Discovery, type DriverReport, isHarmful, type PlatformReport } from "../discovery/index.js"
import { deviceLines } from "./device-lines.js"
import { columns, type Line, printable } from "./text.js"

/** A discovery, for people. */
export function formatDiscovery({ library, drivers }: Discovery): string {
  const blocks = [`OpenCL library ${library}`, ...drivers.map(formatDriver)]
  if (drivers.length === 0) blocks.push(noDriver)
  else if (!drivers.some(hasDevice)) blocks.push("No driver has a device here.")
  if (drivers.some(isHarmful)) blocks.push(harm)
  return printable(blocks.join("\n\n"))
}

/** Whether there is something to compute with. */
export function hasDevice({ platforms }: DriverReport): boolean {
  return platforms.some(({ devices }) => devices.length > 0)
}

const noDriver =
  "No driver is registered: install that of your graphics card, or one for the CPU (Debian and Ubuntu: pocl-opencl-icd)."

const harm =
  "A driver that crashes, ends or blocks a process does so to every program that loads OpenCL. To keep one out, remove its\n" +
  "file, or name a directory without it in OCL_ICD_VENDORS."

function formatDriver({ file, library, outcome, problem, printed, platforms }: DriverReport): string {
  const names = [file, library].filter((name) => name !== null)
  const lines: Line[] = []
  if (problem !== null) lines.push([outcome, problem])
  if (outcome !== "ready" && printed !== "") lines.push(["printed", printed.replace(/\s*\n\s*/g, " | ")])
  return [
    `Driver ${names.length > 0 ? names.join(" = ") : "of the system"}`,
    ...(lines.length > 0 ? columns(lines, "  ") : []),
    ...platforms.map(formatPlatform),
  ].join("\n")
}

function formatPlatform({ name, vendor, version, profile, extensions, devices }: PlatformReport): string {
  const lines: Line[] = [
    ["vendor", vendor],
    ["version", version],
    ["profile", profile === "FULL_PROFILE" ? "full" : "embedded"],
    // Most are those of its devices, over again.
    ["extensions", extensions.filter((name) => !devices.some((device) => device.extensions.includes(name))).join(" ")],
    ["devices", String(devices.length)],
  ]
  const shown = devices.map((device) => ["", `    Device ${device.name}`, ...columns(deviceLines(device), "      ")])
  return [
    "",
    `  Platform ${name}`,
    ...columns(
      lines.filter(([, text]) => text !== ""),
      "    ",
    ),
    ...shown.flat(),
  ].join("\n")
}
