// Renders the Mandelbrot set into an image, and writes it as a PNG: node mandelbrot.mjs [mandelbrot.png]
import { createContext } from "@strongroom/opencl/objects"
import { writePng } from "./png.mjs"

const [path = "mandelbrot.png"] = process.argv.slice(2)
const [width, height] = [960, 640]

const context = createContext()
const queue = context.createQueue()
const program = await context.createProgram(`
  /* Which of the numbers c around center stay small when z = z * z + c is repeated; for the others, how soon they don't. */
  kernel void mandelbrot(write_only image2d_t image, const float2 center, const float scale, const int most) {
    const int2 size = get_image_dim(image), at = (int2)(get_global_id(0), get_global_id(1));
    const float2 c = center + scale * (convert_float2(at) - 0.5f * convert_float2(size));
    float2 z = 0;
    int turns = 0;
    while (turns < most && dot(z, z) < 256) {
      z = (float2)(z.x * z.x - z.y * z.y, 2 * z.x * z.y) + c;
      turns++;
    }
    /* Between two turns by how far it went: without it the colours would lie in bands. */
    const float smooth = turns + 1 - log2(0.5f * log2(dot(z, z)));
    const float3 color = 0.5f - 0.5f * cos(0.11f * smooth + (float3)(0.2f, 0.7f, 1.3f));
    write_imagef(image, at, turns == most ? (float4)(0, 0, 0, 1) : (float4)(color, 1));
  }`)

const image = context.createImage({ width, height, access: "write-only" })
program.createKernel("mandelbrot").setArguments(image, [-0.7451, 0.1308], 2e-5, 1000).enqueue(queue, [width, height])
writePng(path, await image.read(queue, new Uint8Array(4 * width * height)), width)
console.log(`${path}: ${width} x ${height} pixels`)
context.release()
