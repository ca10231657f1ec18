import { closeSync, openSync, readFileSync, readSync } from "node:fs"
import { type Findings, joined, type ModelSearch, nothingFound } from "./model-search.js"

const pieceLength = 16 << 20
const overlap = 4096

/**
 * Searches what a process may write of its memory, for a model. It isn't stopped: what moves meanwhile can be missed.
 *
 * @throws the system's error when the process has ended or is closed to this user (EACCES, ENOENT, ESRCH).
 */
export function searchProcess(pid: number, search: ModelSearch): Findings {
  const memory = openSync(`/proc/${pid}/mem`, "r")
  try {
    return areasOf(pid)
      .map(({ start, end }) => searchArea(memory, start, end, search))
      .reduce(joined, nothingFound)
  } finally {
    closeSync(memory)
  }
}

/** Readable and writable areas: proc_pid_maps(5). */
function areasOf(pid: number): { start: bigint; end: bigint }[] {
  const lines = readFileSync(`/proc/${pid}/maps`, "utf8").matchAll(/^([\da-f]+)-([\da-f]+) rw/gm)
  return [...lines].map(([, start, end]) => ({ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`) }))
}

function searchArea(memory: number, start: bigint, end: bigint, search: ModelSearch): Findings {
  let found = nothingFound
  for (let at = start; at < end; at += BigInt(pieceLength - overlap)) {
    const piece = Buffer.alloc(Math.min(pieceLength, Number(end - at)))
    try {
      const count = readSync(memory, piece, { position: at, length: piece.length })
      found = joined(found, search.search(piece.subarray(0, count)))
    } catch (error) {
      // Mappings of devices can't be read, and areas are given back while one looks.
      const { code } = error as NodeJS.ErrnoException
      if (code !== "EIO" && code !== "EFAULT" && code !== "ESRCH") throw error
    }
  }
  return found
}
