import type { Plaintext } from "@strongroom/core/backend"
import type { SystemMemory } from "../os/memory.js"
import type { MemoryLedger } from "./memory-ledger.js"

/** The host's memory for plaintext, of one thread. */
export interface LockedMemory {
  /**
   * Zeros; `close()` overwrites them and keeps the pages for the next: nothing may use the bytes afterwards.
   *
   * @throws RangeError when there is no room.
   */
  allocate(byteLength: number): Plaintext
  /** Gives back what waits to be used again, so that others may lock as much. */
  trim(): void
}

/** Smaller pieces are cut from so many bytes of pages: what a process may lock can be as little as that. */
const slabBytes = 64 * 1024
const leastPiece = 64

/** Closed pieces up to so many bytes stay present and locked; others give their pages back, and keep their place. */
const mostKept = 32 * 1024 * 1024

interface Piece {
  readonly address: bigint
  /** A view of its own that lives as long as the place: of memory outside there must be no second ArrayBuffer. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Its pages weren't given back. */
  present: boolean
  isLocked: boolean
}

/**
 * Pages that are locked as far as the system's limit allows, left out of core files and out of child processes. Pieces
 * are used again, by their size: new pages cost more than what is done with them. No page is unmapped while the thread
 * lives, because a view that somebody still has must never meet nothing.
 */
export function lockedMemory(system: SystemMemory, ledger: MemoryLedger): LockedMemory {
  /** Closed ones, by length. */
  const free = new Map<number, Piece[]>()
  let keptBytes = 0

  function map(byteLength: number): Piece {
    const address = system.map(byteLength)
    if (typeof address !== "bigint") throw new RangeError(`The system gives no ${byteLength} bytes in one piece.`)
    // One that isn't in the ledger is the process's until it ends, and is overwritten when it is closed all the same.
    ledger.addRegion({ address, byteLength, secret: false })
    system.keepApart(address, byteLength)
    return { address, bytes: system.view(address, byteLength), present: true, isLocked: lock(address, byteLength) }
  }

  function lock(address: bigint, byteLength: number): boolean {
    let errno = system.lock(address, byteLength)
    if (errno !== 0 && trim()) errno = system.lock(address, byteLength)
    if (errno === 0) ledger.noteLocked(byteLength)
    else ledger.noteUnlocked(byteLength, errno)
    return errno === 0
  }

  function take(size: number): Piece {
    const found = free.get(size)?.pop()
    if (!found) return size >= slabBytes ? map(size) : cut(size)
    if (found.present) keptBytes -= size
    found.present = true
    // Others may have given back what the limit allows; a slab's pieces are locked with it, or never.
    if (!found.isLocked && size >= slabBytes) found.isLocked = lock(found.address, size)
    return found
  }

  /** A slab is all of one size, and its other pieces wait. */
  function cut(size: number): Piece {
    const { address, bytes, isLocked } = map(slabBytes)
    const pieces: Piece[] = []
    for (let at = slabBytes - size; at >= 0; at -= size) {
      pieces.push({ address: address + BigInt(at), bytes: bytes.subarray(at, at + size), present: true, isLocked })
    }
    const first = pieces.pop() as Piece
    put(size, ...pieces)
    keptBytes += pieces.length * size
    return first
  }

  function put(size: number, ...pieces: readonly Piece[]): void {
    const waiting = free.get(size)
    if (waiting) waiting.push(...pieces)
    else free.set(size, [...pieces])
  }

  function giveBack(piece: Piece, size: number): void {
    if (size < slabBytes || keptBytes + size <= mostKept) keptBytes += size
    else release(piece, size)
    put(size, piece)
  }

  function release(piece: Piece, size: number): void {
    system.unlock(piece.address, size)
    system.release(piece.address, size)
    if (piece.isLocked) ledger.noteLocked(-size)
    piece.present = piece.isLocked = false
  }

  /** Whether there was anything. Slabs stay: others of their pieces are in use. */
  function trim(): boolean {
    const waiting = [...free]
      .filter(([size]) => size >= slabBytes)
      .flatMap(([size, pieces]) => pieces.filter(({ present }) => present).map((piece) => ({ size, piece })))
    for (const { size, piece } of waiting) {
      release(piece, size)
      keptBytes -= size
    }
    return waiting.length > 0
  }

  return {
    trim: () => void trim(),
    allocate(byteLength) {
      const size = sizeFor(byteLength)
      const piece = take(size)
      let open = true
      return {
        address: piece.address,
        bytes: piece.bytes.subarray(0, byteLength),
        close() {
          if (!open) return
          open = false
          piece.bytes.fill(0, 0, byteLength)
          giveBack(piece, size)
        },
      }
    },
  }
}

/** Powers of two up to a slab; above, an eighth of one apart, so that a piece that waits fits the next of about its size. */
export function sizeFor(byteLength: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(byteLength, leastPiece)))
  if (power <= slabBytes) return power
  const step = power / 16
  return Math.ceil(byteLength / step) * step
}

/**
 * What {@link lockedMemory} and `secretMemory` left of a thread that is gone: overwritten and given back. Of the host's
 * the place stays, as zeros: native threads of an engine that was ended by force may still be at it.
 */
export function sweepMemory(system: SystemMemory, ledger: MemoryLedger): void {
  for (const { address, byteLength, secret } of ledger.regions()) {
    system.view(address, byteLength).fill(0)
    if (secret) {
      system.unmap(address, byteLength, true)
    } else {
      system.unlock(address, byteLength)
      system.release(address, byteLength)
    }
  }
}
