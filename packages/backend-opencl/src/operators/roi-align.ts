import { literal } from "../codegen/expression-code.js"
import type { Builder } from "../graph/builder.js"
import type { Tensor } from "../graph/tensor.js"
import { tensorTypes } from "../graph/tensor-type.js"

export interface RoiAlignment {
  readonly mode: "avg" | "max"
  /** In each direction of each bin; 0 for as many as it has pixels. */
  readonly samples: number
  /** Of the input's pixels, in those that regions count. */
  readonly scale: number
  /** Pixels are squares around their centres, and regions may be empty. */
  readonly isHalfPixel: boolean
}

/** A region of more pixels than that in a bin is none of a picture. */
const mostSamples = 4096

/**
 * Bins of regions, bilinear between pixels (He et al., "Mask R-CNN", 2017).
 *
 * @param inputs x, regions `[R, 4]`, and for each the index of its image
 */
export function roiAlign(
  builder: Builder,
  inputs: readonly [Tensor, Tensor, Tensor],
  [rows, columns]: readonly [number, number],
  { mode, samples, scale, isHalfPixel }: RoiAlignment,
): Tensor {
  const [x, , images] = inputs
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape
  const { computed: real } = tensorTypes[x.type]
  const edge = (name: string, at: number) =>
    `const ${real} ${name} = LOAD1(region * 4 + ${at}) * ${literal(x.type, scale)}${isHalfPixel ? " - 0.5f" : ""};`
  const extent = (length: string) => (isHalfPixel ? length : `fmax(${length}, (${real})1)`)
  const count = (extent: string, bins: number) =>
    samples > 0 ? `${samples}` : `(int)fmin(fmax(ceil(${extent} / ${bins}), (${real})0), (${real})${mostSamples})`
  const pixel = (row: string, column: string) => `LOAD0(plane + ${row} * ${width} + ${column})`
  const corners = [
    `(1 - down) * (1 - along) * ${pixel("top", "left")}`,
    `(1 - down) * along * ${pixel("top", "right")}`,
    `down * (1 - along) * ${pixel("bottom", "left")}`,
    `down * along * ${pixel("bottom", "right")}`,
  ]
  const largest = corners.reduce((a, b) => `fmax(${a}, ${b})`)
  const body = `
  const int column = i % ${columns}, row = i / ${columns} % ${rows};
  const int channel = i / ${rows * columns} % ${channels}, region = i / ${rows * columns * channels};
  const int image = (int)clamp((long)LOAD2(region), 0L, ${batch - 1}L);
  const int plane = (image * ${channels} + channel) * ${height * width};
  ${edge("x0", 0)}
  ${edge("y0", 1)}
  ${edge("x1", 2)}
  ${edge("y1", 3)}
  const ${real} tall = ${extent("y1 - y0")}, wide = ${extent("x1 - x0")};
  const int countDown = ${count("tall", rows)}, countAlong = ${count("wide", columns)};
  ${real} result = 0;
  int isFirst = 1;
  for (int ky = 0; ky < countDown; ky++) for (int kx = 0; kx < countAlong; kx++) {
    ${real} y = y0 + (row + (ky + (${real})0.5f) / countDown) * tall / ${rows};
    ${real} x = x0 + (column + (kx + (${real})0.5f) / countAlong) * wide / ${columns};
    ${real} value = 0;
    if (y >= -1 && y <= ${height} && x >= -1 && x <= ${width}) {
      y = fmin(fmax(y, (${real})0), (${real})${height - 1});
      x = fmin(fmax(x, (${real})0), (${real})${width - 1});
      const int top = (int)y, left = (int)x;
      const int bottom = min(top + 1, ${height - 1}), right = min(left + 1, ${width - 1});
      const ${real} down = y - top, along = x - left;
      value = ${mode === "max" ? largest : corners.join(" + ")};
    }
    result = ${mode === "max" ? "isFirst ? value : fmax(result, value)" : "result + value"};
    isFirst = 0;
  }
  STORE0(i, ${mode === "max" ? "result" : "result / max(countDown * countAlong, 1)"});`
  const shape = [images.size, channels, rows, columns]
  return builder.custom(inputs, [{ type: x.type, shape }], { body })[0] as Tensor
}
