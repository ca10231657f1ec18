import { promisify } from "node:util"
import { brotliCompress, brotliDecompress, brotliDecompressSync, constants } from "node:zlib"
import type { Compression } from "../artifact-store/compression.js"

/** Bytes that are decompressed in a few milliseconds: the way to another thread and back takes up to as long. */
const mostAtOnce = 2 ** 21

/**
 * Brotli by node:zlib, on one of libuv's threads; what is short is decompressed at once. Quality 2: of a shared library as much as zlib's best, in a third of its
 * time, and next to nothing for what can't be made smaller (docs/decisions/0010-sealed-artifacts.md).
 *
 * Output goes to one piece of memory, so that its receiver can overwrite it all; what Brotli allocates for itself is freed
 * as it is.
 */
export const brotli: Compression = {
  compress: (bytes) =>
    promisify(brotliCompress)(bytes, {
      // Brotli's own bound, and so much more that the piece isn't found to be full.
      chunkSize: bytes.length + (bytes.length >>> 14) * 4 + 1024,
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 2,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),

  async decompress(bytes, byteLength) {
    const options = { chunkSize: byteLength + 64, maxOutputLength: Math.max(byteLength, 1) }
    const whole =
      byteLength <= mostAtOnce
        ? brotliDecompressSync(bytes, options)
        : await promisify(brotliDecompress)(bytes, options)
    if (whole.length === byteLength) return whole
    whole.fill(0)
    throw new RangeError(`What was compressed has ${whole.length} bytes, not ${byteLength}.`)
  },
}
