import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { inflateSync } from "node:zlib"
import { afterAll, expect, it } from "vitest"

const folder = mkdtempSync(join(tmpdir(), "strongroom-opencl-"))
afterAll(() => rmSync(folder, { recursive: true }))

function run(name: string): string {
  const path = fileURLToPath(new URL(`../../examples/${name}.mjs`, import.meta.url))
  return execFileSync(process.execPath, [path], { cwd: folder, encoding: "utf8" })
}

/** The pixels of a PNG as the examples write it: one chunk of data, rows without a filter. */
function pixelsOf(name: string): { readonly width: number; readonly height: number; readonly pixels: Uint8Array } {
  const file = readFileSync(join(folder, name))
  expect(file.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)]
  const start = file.indexOf("IDAT") + 4
  const rows = inflateSync(file.subarray(start, start + file.readUInt32BE(start - 8)))
  expect(rows.length).toBe(height * (1 + 4 * width))
  const row = (index: number) => rows.subarray(index * (1 + 4 * width) + 1, (index + 1) * (1 + 4 * width))
  return { width, height, pixels: Buffer.concat(Array.from({ length: height }, (_, index) => row(index))) }
}

function colors(pixels: Uint8Array): number {
  return new Set(new Uint32Array(new Uint8Array(pixels).buffer)).size
}

it("vector-add", () => {
  expect(run("vector-add")).toBe("1000000 sums, all right\n")
})

it("matrix-product", () => {
  expect(run("matrix-product")).toMatch(/^256 x 256 in tiles of 16 x 16: 0 wrong, \d+\.\d GFLOPS\n$/)
})

it("mandelbrot", () => {
  expect(run("mandelbrot")).toBe("mandelbrot.png: 960 x 640 pixels\n")
  const { width, height, pixels } = pixelsOf("mandelbrot.png")
  expect([width, height]).toEqual([960, 640])
  expect(colors(pixels)).toBeGreaterThan(1000)
  // The right edge lies in the set, the left one doesn't.
  expect(Array.from(pixels.subarray(4 * width - 4, 4 * width))).toEqual([0, 0, 0, 255])
  expect(pixels[0]).toBeGreaterThan(200)
})

it("image-filter", () => {
  expect(run("image-filter")).toContain("image-filter.png")
  const { width, height, pixels } = pixelsOf("image-filter.png")
  expect([width, height]).toEqual([960, 320])
  const at = (x: number, y: number) => Array.from(pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 3))
  // The sun's middle: as it was, blurred but not reached by what is around, and without an edge.
  expect([at(217, 90), at(320 + 217, 90), at(640 + 217, 90)]).toEqual([
    [255, 244, 200],
    [255, 244, 200],
    [0, 0, 0],
  ])
  // Its rim is an edge.
  expect(Math.max(...Array.from({ length: 8 }, (_, x) => at(640 + 245 + x, 90)[0] ?? 0))).toBe(255)
})

it("program-cache compiles once", () => {
  expect(run("program-cache")).toMatch(/^made from source in \d+ ms; the sum of 40 powers of 1 is 40\n$/)
  expect(run("program-cache")).toMatch(/^made from its binary in \d+ ms; the sum of 40 powers of 1 is 40\n$/)
})
