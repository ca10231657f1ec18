import type { Backend } from "@strongroom/core/backend"
import { needsHere } from "./machine.js"
import { checkOptions, type OpenclOptions } from "./options.js"

export type { DeviceType, OpenclOptions, Tuning } from "./options.js"

/**
 * OpenCL as a backend: the value that an app gives to `openVault` or `openInProcess`. Runs bundles of OpenCL C
 * (spec/opencl-bundle.md) on any driver. Looks at which drivers and devices this machine has; loads nothing native.
 *
 * @throws TypeError for options that aren't.
 */
export function opencl(options: OpenclOptions = {}): Backend {
  const checked = checkOptions(options)
  return {
    contract: 1,
    name: "opencl",
    module: new URL("./worker.js", import.meta.url).href,
    options: checked,
    needs: needsHere(checked),
  }
}
