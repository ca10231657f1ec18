import type { DeviceReport } from "../discovery/index.js"
import { formatBytes, type Line, list } from "./text.js"

/** A device, for people. What its driver doesn't say is left out. */
export function deviceLines(device: DeviceReport): Line[] {
  const { memory, floats, images } = device
  const lines: readonly (Line | null)[] = [
    ["type", list(device.type)],
    ["vendor", `${device.vendor} (0x${device.vendorId.toString(16)})`],
    ["version", device.version],
    ["driver", device.driver],
    ["languages", list([...device.languages, ...device.intermediateLanguages])],
    ["usable", usable(device)],
    ["compute units", `${device.computeUnits}${device.megahertz > 0 ? `, at ${device.megahertz} MHz` : ""}`],
    ["memory", list([formatBytes(memory.global), ...memoryRemarks(memory)])],
    ["local memory", `${formatBytes(memory.local)}, ${memory.localIsSeparate ? "of its own" : "in global memory"}`],
    ["constants", `${formatBytes(memory.constant)}; arguments ${formatBytes(memory.largestArgument)}`],
    ["cache", `${formatBytes(memory.cache)}, in lines of ${formatBytes(memory.cacheLine)}`],
    ["work-groups", workGroups(device.workGroup)],
    ["sub-groups", subGroups(device.subGroup)],
    ["half", list(floats.half ?? [])],
    ["float", list(floats.single)],
    ["double", list(floats.double ?? [])],
    ["vectors", vectors(device.preferredVectorWidths)],
    ["images", imageSizes(images)],
    ["shared virtual", list(device.sharedVirtualMemory)],
    ["atomics", list(device.atomics, "as OpenCL C 1.2 has them")],
    ["queues", `${list(device.queues, "in order")}; times to ${device.profilingNanoseconds} ns`],
    ["own queues", list(device.queuesOnDevice)],
    ["sub-devices", device.subDevices ? `up to ${device.subDevices}` : "none"],
    ["own kernels", list(device.builtInKernels)],
    device.uuid === null ? null : ["UUID", device.uuid],
    ["extensions", device.extensions.join(" ") || "none"],
  ]
  return lines.filter((line) => line !== null)
}

function usable({ available, hasCompiler, hasLinker }: DeviceReport): string {
  if (!available) return "no: the driver says that the device isn't available"
  if (!hasCompiler) return "yes, with programs from binaries: there is no compiler"
  return hasLinker === false ? "yes, without a linker" : "yes"
}

function memoryRemarks(memory: DeviceReport["memory"]): string[] {
  return [
    `${formatBytes(memory.largestAllocation)} in one piece`,
    ...(memory.sharedWithHost ? ["shared with the host"] : []),
    ...(memory.correctsErrors ? ["corrects errors"] : []),
    `aligned to ${formatBytes(memory.alignment)}`,
  ]
}

function workGroups({ largest, largestByDimension, preferredMultiple, mayDifferInSize }: DeviceReport["workGroup"]) {
  return list([
    `up to ${largest} (${largestByDimension.join(" x ")})`,
    ...(preferredMultiple ? [`best in multiples of ${preferredMultiple}`] : []),
    ...(mayDifferInSize ? ["the last ones may be smaller"] : []),
  ])
}

function subGroups(subGroup: DeviceReport["subGroup"]): string {
  if (subGroup === null) return "none"
  const most = `up to ${subGroup.mostInWorkGroup} in a work-group`
  return subGroup.sizes ? `of ${subGroup.sizes.join(", ")}; ${most}` : most
}

function vectors(widths: DeviceReport["preferredVectorWidths"]): string {
  return list(
    Object.entries(widths).flatMap(([type, width]) => (width > 0 ? [`${type}${width > 1 ? width : ""}`] : [])),
  )
}

function imageSizes(images: DeviceReport["images"]): string {
  if (images === null) return "none"
  const { largest2d, largest3d, largestArray, readByKernel, writtenByKernel } = images
  return list([
    largest2d.join(" x "),
    largest3d.join(" x "),
    ...(largestArray ? [`arrays of ${largestArray}`] : []),
    `a kernel reads ${readByKernel} and writes ${writtenByKernel}`,
  ])
}
