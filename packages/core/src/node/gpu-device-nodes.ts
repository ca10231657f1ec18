import { readdirSync } from "node:fs"
import { join } from "node:path"

/**
 * Where Linux has device nodes of GPUs: its own (Intel, AMD, Mesa); AMD's compute, Windows's inside WSL, NVIDIA's; and the
 * parts of an NVIDIA GPU that was divided (NVIDIA's guide to MIG). The first two of those, by which it is divided, aren't.
 */
const places: readonly (readonly [folder: string, form: RegExp])[] = [
  ["/dev/dri", /^renderD\d+$/],
  ["/dev", /^(kfd|dxg|nvidia\d+|nvidiactl|nvidia-uvm|nvidia-uvm-tools)$/],
  ["/dev/nvidia-caps", /^nvidia-cap([3-9]|\d{2,})$/],
]

/** The device nodes through which drivers reach this machine's GPUs, for a backend's `needs.devices`; none elsewhere. */
export function gpuDeviceNodes(): readonly string[] {
  return places.flatMap(([folder, form]) => namesIn(folder, form).map((name) => join(folder, name)))
}

function namesIn(folder: string, form: RegExp): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => form.test(name))
      .sort()
  } catch {
    return []
  }
}
