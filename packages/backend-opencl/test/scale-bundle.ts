import { bytesSource, importOpencl, type ModelToSeal } from "@strongroom/core"

/** y = x * taps + by, for taps that are repeated: a kernel of a name of its own, and weights. */
export function scaleBundle(kernelName: string, by = 1, taps = Float32Array.of(2, 3)): Promise<ModelToSeal> {
  const source = `
/* comment of ${kernelName} */
kernel void ${kernelName}(global const float *x, global const float *taps, global float *y, const int count) {
  const int at = get_global_id(0);
  y[at] = x[at] * taps[at % count] + ${by}.0f;
}`
  const description = {
    format: "strongroom-opencl/1",
    inputs: [{ name: "x", type: "float32", shape: ["n"] }],
    outputs: [{ name: "y", type: "float32", shape: ["n"] }],
    programs: { scale: { sources: ["scale.cl"] } },
    buffers: { taps: { file: "taps.bin", byteLength: taps.byteLength } },
    launches: [
      { program: "scale", kernel: kernelName, arguments: ["x", "taps", "y", { int: taps.length }], global: ["n"] },
    ],
  }
  const files: Readonly<Record<string, Uint8Array>> = {
    "scale.cl": new TextEncoder().encode(source),
    "taps.bin": new Uint8Array(taps.buffer),
  }
  const json = bytesSource(new TextEncoder().encode(JSON.stringify(description)))
  return importOpencl(json, async (path) => bytesSource(files[path] as Uint8Array))
}
