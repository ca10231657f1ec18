import { toRaw } from "@strongroom/core/host"
import type { Weight } from "../network.js"

/** The elements' bytes. */
export function weightBytes({ tensor }: Weight): Uint8Array {
  // Weights are float32, so the raw tensor has bytes.
  return toRaw(tensor).data as Uint8Array
}
