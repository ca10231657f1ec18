/** Tile sizes and work per item of the set's kernels: each is compiled by itself. */
const variants = [
  ...[1, 2, 4, 8].map((rows) => ({ tile: 8, rows })),
  ...[1, 2, 4, 8, 16].map((rows) => ({ tile: 16, rows })),
  ...[4, 8, 16].map((rows) => ({ tile: 32, rows })),
]

/** Rows and columns of the matrices. */
export const side = 256

interface Launch {
  readonly kernel: string
  readonly global: readonly number[]
  readonly local: readonly number[]
}

/** Matrix products of several shapes, each with its loops unrolled: what a library of kernels is like to a compiler. */
export const launches: readonly Launch[] = variants.map(({ tile, rows }) => ({
  kernel: `product_${tile}_${rows}`,
  global: [side, side / rows],
  local: [tile, tile / rows],
}))

export const source = variants
  .map(({ tile, rows }) => {
    const perItem = Array.from({ length: rows }, (_, row) => row)
    const step = tile / rows
    return `
kernel __attribute__((reqd_work_group_size(${tile}, ${step}, 1)))
void product_${tile}_${rows}(global const float *a, global const float *b, global float *c) {
  local float ta[${tile}][${tile}], tb[${tile}][${tile}];
  const int x = get_local_id(0), y = get_local_id(1);
  const int column = get_global_id(0), row = get_group_id(1) * ${tile} + y;
  float sum[${rows}] = {${perItem.map(() => "0").join(", ")}};
  for (int at = 0; at < ${side}; at += ${tile}) {
${perItem
  .map(
    (one) => `    ta[y + ${one * step}][x] = a[(row + ${one * step}) * ${side} + at + x];
    tb[y + ${one * step}][x] = b[(at + y + ${one * step}) * ${side} + column];`,
  )
  .join("\n")}
    barrier(CLK_LOCAL_MEM_FENCE);
    #pragma unroll
    for (int k = 0; k < ${tile}; k++) {
${perItem.map((one) => `      sum[${one}] = fma(ta[y + ${one * step}][k], tb[k][x], sum[${one}]);`).join("\n")}
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
${perItem.map((one) => `  c[(row + ${one * step}) * ${side} + column] = sum[${one}];`).join("\n")}
}`
  })
  .join("\n")

/** As a bundle for @strongroom/backend-opencl. */
export const description = {
  format: "strongroom-opencl/1",
  inputs: ["a", "b"].map((name) => ({ name, type: "float32", shape: [side, side] })),
  outputs: [{ name: "c", type: "float32", shape: [side, side] }],
  programs: { products: { sources: ["products.cl"] } },
  launches: launches.map((launch) => ({ program: "products", arguments: ["a", "b", "c"], ...launch })),
}
