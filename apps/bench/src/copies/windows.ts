import type { Network } from "@strongroom/testkit"
import type { Secrets } from "../../../../packages/vault/test/process-memory.js"

const windowBytes = 16
const count = 256
/** Prime, so that windows are of all columns. */
const jump = 4099

/**
 * Pieces of the weights from all over them, by which copies are counted: one in each of 256 stretches, everywhere another
 * place in it. Each is four numbers of a row that begin at a multiple of four: engines that pack a matrix into blocks of
 * columns leave those together.
 */
export function windowsOf({ weights }: Network): Secrets {
  const data = weights.map(({ tensor: { data } }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  const weightBytes = data[0]?.length ?? 0
  const stretch = (data.length * weightBytes) / count
  const windows = Array.from({ length: count }, (_, index) => {
    const at = index * stretch + windowBytes * ((jump * index) % (stretch / windowBytes))
    const from = at % weightBytes
    return [`window ${index}`, (data[Math.floor(at / weightBytes)] as Uint8Array).subarray(from, from + windowBytes)]
  })
  return Object.fromEntries(windows)
}
