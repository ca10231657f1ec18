import type { KernelDevice } from "./kernel-device.js"

/**
 * How many rows of an image a work-item goes through: enough that launching it costs little, few enough that each core
 * has several.
 *
 * @param images how many there are, each of which has work-items of its own
 */
export function shareRows({ computeUnits }: KernelDevice, rows: number, images: number): number {
  const most = Math.max(1, Math.floor((rows * images) / (computeUnits * 8)))
  return Math.ceil(rows / Math.ceil(rows / Math.min(most, rows)))
}
