// Draws a picture, blurs it and finds its edges, each by a kernel that reads an image with a sampler, and writes all
// three side by side as a PNG: node image-filter.mjs [image-filter.png]
import { createContext } from "@strongroom/opencl/objects"
import { writePng } from "./png.mjs"

const [path = "image-filter.png"] = process.argv.slice(2)
const side = 320

/** A sun over hills, and their reflection in a lake: red, green, blue, alpha. */
function draw() {
  const pixels = new Uint8Array(4 * side * side)
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      const [x, y] = [column / side, row / side]
      const height = Math.abs(y - 0.62)
      const hills = 0.13 + 0.07 * Math.sin(9 * x) + 0.03 * Math.sin(23 * x + 1)
      const isLake = y > 0.62
      const isSun = Math.hypot(x - 0.68, y - 0.28) < 0.1
      const sky = [250 - 120 * height, 170 - 60 * height, 90 + 230 * height]
      const color = height < hills ? [40 + 160 * height, 70 + 220 * height, 60] : isSun ? [255, 244, 200] : sky
      const wave = isLake ? 0.8 + 0.05 * Math.sin(150 * y * y) : 1
      pixels.set([...color.map((value) => value * wave), 255], 4 * (row * side + column))
    }
  }
  return pixels
}

const context = createContext()
const queue = context.createQueue()
const program = await context.createProgram(`
  /* A Gaussian of standard deviation sigma, in one direction: with the other after it, a round blur. */
  kernel void blur(read_only image2d_t from, write_only image2d_t to, sampler_t edge, const int2 direction, const float sigma) {
    const int2 at = (int2)(get_global_id(0), get_global_id(1));
    const int reach = (int)ceil(3 * sigma);
    float4 sum = 0;
    float weights = 0;
    for (int step = -reach; step <= reach; step++) {
      const float weight = exp(-0.5f * step * step / (sigma * sigma));
      sum += weight * read_imagef(from, edge, at + step * direction);
      weights += weight;
    }
    write_imagef(to, at, sum / weights);
  }

  /* Sobel's operator: how much the brightness changes, whichever way. */
  kernel void edges(read_only image2d_t from, write_only image2d_t to, sampler_t edge) {
    const int2 at = (int2)(get_global_id(0), get_global_id(1));
    float light[3][3];
    for (int y = 0; y < 3; y++)
      for (int x = 0; x < 3; x++)
        light[y][x] = dot(read_imagef(from, edge, at + (int2)(x - 1, y - 1)).xyz, (float3)(0.30f, 0.59f, 0.11f));
    const float across = light[0][2] + 2 * light[1][2] + light[2][2] - light[0][0] - 2 * light[1][0] - light[2][0];
    const float down = light[2][0] + 2 * light[2][1] + light[2][2] - light[0][0] - 2 * light[0][1] - light[0][2];
    write_imagef(to, at, (float4)((float3)(min(1.0f, 2 * hypot(across, down))), 1));
  }`)

const square = { width: side, height: side }
const picture = context.createImage(square, draw())
const [halfway, blurred, edged] = Array.from({ length: 3 }, () => context.createImage(square))
const edge = context.createSampler({ addressing: "edge" })
const blur = program.createKernel("blur")
blur.setArguments(picture, halfway, edge, [1, 0], 4).enqueue(queue, [side, side])
blur.setArguments(halfway, blurred, edge, [0, 1], 4).enqueue(queue, [side, side])
program.createKernel("edges").setArguments(picture, edged, edge).enqueue(queue, [side, side])

// One image of all three, side by side.
const all = context.createImage({ width: 3 * side, height: side })
for (const [index, image] of [picture, blurred, edged].entries()) {
  image.enqueueCopy(queue, all, { toOrigin: [index * side, 0] })
}
writePng(path, await all.read(queue, new Uint8Array(3 * 4 * side * side)), 3 * side)
console.log(`${path}: the picture, blurred, and its edges`)
context.release()
