import { StrongroomError } from "@strongroom/core/backend"
import { type Device, OpenCLError, platforms } from "@strongroom/opencl/objects"
import type { CheckedOptions, DeviceType } from "./options.js"

/** What to take where the app doesn't say, best first. */
const preference: readonly DeviceType[] = ["gpu", "accelerator", "cpu"]

/**
 * The device that the app wants: the first of its kind.
 *
 * @throws StrongroomError `backend-missing`, with what there is and what to install
 */
export function findDevice({ device, platform = "" }: CheckedOptions): Device {
  const here = devicesHere()
  const fitting = here.filter((one) => one.platform.name.toLowerCase().includes(platform.toLowerCase()))
  for (const type of device === undefined ? preference : [device]) {
    const found = fitting.find((one) => one.type === type)
    if (found) return found
  }
  const wanted = [device ?? "device", ...(platform ? [`of a platform called "${platform}"`] : [])].join(" ")
  const there = here.map((one) => `${one.name} (${one.type ?? "other"}, ${one.platform.name})`).join("; ")
  throw new StrongroomError(
    "backend-missing",
    `OpenCL has no ${wanted} here. There is: ${there || "nothing"}. Install its driver, or for the CPU ` +
      "pocl-opencl-icd (Debian, Ubuntu); npx @strongroom/opencl info lists what there is.",
  )
}

function devicesHere(): readonly Device[] {
  try {
    return platforms().flatMap((platform) => platform.devices())
  } catch (cause) {
    if (!OpenCLError.is(cause)) throw cause
    // Of the loader and the driver: no model has been opened yet.
    throw new StrongroomError("backend-missing", `OpenCL can't be used here: ${cause.message}`, { cause })
  }
}
