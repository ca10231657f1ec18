import type { Epilogue } from "./kernel-call.js"
import { blockSize } from "./layout.js"
import { forEachSum, type RegisterTile, sum } from "./register-tile.js"
import { store } from "./vector-text.js"

/**
 * Stores a tile's sums in the blocked layout. The text refers to variables: `start`, where the first sum belongs in the
 * output; `plane`, the floats of a block; `firstBlock`, the tile's first, of `blocks`; `firstChannel`.
 *
 * @param step pixels from one row of the tile to the next
 */
export const storeBlocks = (tile: RegisterTile, epilogue: Epilogue, step = 1): string =>
  forEachSum(tile, (row, vector) => {
    const block = Math.floor((vector * tile.width) / blockSize)
    const lane = (vector * tile.width) % blockSize
    const element = `(start + ${block} * plane + ${row * step * blockSize + lane})`
    const channel = `(firstChannel + ${vector * tile.width})`
    return `
  ${block === 0 ? "" : `if (firstBlock + ${block} < blocks)`} {
    ${epilogue.apply(sum(row, vector), { lanes: "channels", channel, element, width: tile.width })}
    ${store(tile.width, sum(row, vector), `output + ${element}`)}
  }`
  })
