// Multiplies two square matrices. Each group computes one tile of the product: it copies tile after tile of both factors
// into local memory, from where each number is used as many times as a tile is wide.
import { createContext, local } from "@strongroom/opencl/objects"

const side = 256
const tile = 16

const context = createContext()
const queue = context.createQueue({ profiling: true })
const program = await context.createProgram(
  `
  kernel void multiply(global const float *a, global const float *b, global float *product, local float *tile_of_a,
                       local float *tile_of_b, const int side) {
    const int column = get_global_id(0), row = get_global_id(1);
    const int x = get_local_id(0), y = get_local_id(1);
    float sum = 0;
    for (int start = 0; start < side; start += TILE) {
      tile_of_a[y * TILE + x] = a[row * side + start + x];
      tile_of_b[y * TILE + x] = b[(start + y) * side + column];
      barrier(CLK_LOCAL_MEM_FENCE);
      for (int k = 0; k < TILE; k++) sum += tile_of_a[y * TILE + k] * tile_of_b[k * TILE + x];
      barrier(CLK_LOCAL_MEM_FENCE);
    }
    product[row * side + column] = sum;
  }`,
  { compilerOptions: `-D TILE=${tile}` },
)

// Small integers: every product and sum is exact, in whatever order it is computed.
const a = Float32Array.from({ length: side * side }, (_, index) => (index % 7) - 3)
const b = Float32Array.from({ length: side * side }, (_, index) => (index % 5) - 2)
const product = context.createBuffer(a.byteLength)
const tileBytes = tile * tile * Float32Array.BYTES_PER_ELEMENT

const event = program
  .createKernel("multiply")
  .setArguments(context.createBuffer(a), context.createBuffer(b), product, local(tileBytes), local(tileBytes), side)
  .enqueue(queue, [side, side], { local: [tile, tile], event: true })
const result = await product.read(queue, new Float32Array(side * side))

let wrong = 0
for (let row = 0; row < side; row += 1) {
  for (let column = 0; column < side; column += 1) {
    let expected = 0
    for (let k = 0; k < side; k += 1) expected += a[row * side + k] * b[k * side + column]
    if (result[row * side + column] !== expected) wrong += 1
  }
}
const gigaflops = (2 * side ** 3) / event.times.duration
console.log(`${side} x ${side} in tiles of ${tile} x ${tile}: ${wrong} wrong, ${gigaflops.toFixed(1)} GFLOPS`)
context.release()
if (wrong > 0) process.exitCode = 1
