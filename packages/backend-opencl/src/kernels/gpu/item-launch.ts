import { type Epilogue, type KernelCall, noEpilogue } from "../kernel-call.js"
import type { KernelDevice } from "../kernel-device.js"

/** Items that go through memory side by side: enough for several of a GPU's own bundles of 32 or 64. */
const largest = 256

/** A kernel whose items don't know of each other. */
interface Items {
  readonly items: number
  /** What its buffers have, by their names, in the order of its parameters. */
  readonly buffers: Readonly<Record<string, "float" | "const float" | "const int">>
  /** Numbers of type int that `body` knows by their names. */
  readonly sizes: Readonly<Record<string, number>>
  readonly epilogue?: Epilogue
  /** What one does, whose index is `item`. */
  readonly body: string
}

export function itemCall(
  device: KernelDevice,
  { items, buffers, sizes, epilogue = noEpilogue, body }: Items,
): KernelCall {
  const local = Math.min(largest, 2 ** Math.floor(Math.log2(device.largestGroup)))
  const parameters = [
    ...Object.entries(buffers).map(([name, type]) => `__global ${type} *restrict ${name}`),
    ...["items", ...Object.keys(sizes)].map((name) => `const int ${name}`),
  ]
  return {
    source: `
__kernel void KERNEL(${parameters.join(", ")}${epilogue.parameters}) {
  const int item = get_global_id(0);
  if (item >= items) return;
  ${body}
}
`,
    buffers: Object.keys(buffers),
    integers: [items, ...Object.values(sizes)],
    global: [Math.ceil(items / local) * local],
    local: [local],
  }
}
