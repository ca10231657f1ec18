import { StrongroomError } from "@strongroom/core/backend"
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu"

/** What TensorFlow.js uses of its pool of buffers (tfjs-backend-webgpu 4.22, src/buffer_manager.ts). */
export type Buffers = Pick<
  WebGPUBackend["bufferManager"],
  | "acquireBuffer"
  | "releaseBuffer"
  | "getNumUsedBuffers"
  | "getNumFreeBuffers"
  | "numBytesUsed"
  | "numBytesAllocated"
  | "dispose"
>

export interface ClearedBuffers extends Buffers {
  /** Destroys the buffers that are free. After a failure, one may be among them that never had memory. */
  forget(): void
}

/**
 * A pool of buffers in place of TensorFlow.js's own, which hands a buffer out again as it was left, and never frees one.
 * Here what is released is overwritten with zeros, at the latest when the task ends in which that was, so that neither
 * weights nor others' inputs are left in it; and free buffers take no more memory than those in use did at most, so that
 * inputs of ever other sizes don't fill the device.
 *
 * WebGPU itself zeroes what is new.
 */
export function clearedBuffers(device: GPUDevice): ClearedBuffers {
  /** By size and usage; in each list the longest free come first, and so do lists. */
  const free = new Map<string, GPUBuffer[]>()
  const used = new Set<GPUBuffer>()
  const uncleared = new Set<GPUBuffer>()
  let bytesUsed = 0
  let mostBytesUsed = 0
  let bytesFree = 0
  let isClearingPlanned = false

  function acquireBuffer(wanted: number, usage: number, mappedAtCreation = false, reuse = true): GPUBuffer {
    // A kernel can't be given an empty one, and products over no elements have empty operands.
    const size = Math.max(wanted, smallest)
    if (size > device.limits.maxBufferSize) {
      const most = device.limits.maxBufferSize
      throw new StrongroomError("out-of-memory", `A tensor takes ${size} bytes; a buffer of this GPU holds ${most}.`)
    }
    const buffer = (reuse ? takeFree(size, usage) : undefined) ?? device.createBuffer({ size, usage, mappedAtCreation })
    used.add(buffer)
    bytesUsed += size
    mostBytesUsed = Math.max(mostBytesUsed, bytesUsed)
    return buffer
  }

  function takeFree(size: number, usage: number): GPUBuffer | undefined {
    const buffer = free.get(keyOf(size, usage))?.pop()
    if (buffer === undefined) return undefined
    bytesFree -= size
    if (uncleared.has(buffer)) clear()
    return buffer
  }

  function releaseBuffer(buffer: GPUBuffer, reuse = true): void {
    // Unknown after dispose(), which has destroyed it.
    if (!used.delete(buffer)) return
    bytesUsed -= buffer.size
    // Memory that is written through a mapping is no target of GPUs' copies: it can't be overwritten, and is freed.
    if (!reuse || (buffer.usage & GPUBufferUsage.COPY_DST) === 0) {
      buffer.destroy()
      return
    }
    const key = keyOf(buffer.size, buffer.usage)
    const alike = free.get(key) ?? []
    alike.push(buffer)
    free.delete(key)
    free.set(key, alike)
    bytesFree += buffer.size
    uncleared.add(buffer)
    planClearing()
  }

  function planClearing(): void {
    if (isClearingPlanned) return
    isClearingPlanned = true
    queueMicrotask(() => {
      isClearingPlanned = false
      clear()
      trim()
    })
  }

  /** What is recorded but not yet submitted uses none of these: TensorFlow.js releases no buffer before. */
  function clear(): void {
    if (uncleared.size === 0) return
    const encoder = device.createCommandEncoder()
    for (const buffer of uncleared) encoder.clearBuffer(buffer)
    device.queue.submit([encoder.finish()])
    uncleared.clear()
  }

  function trim(): void {
    for (const [key, alike] of free) {
      while (bytesFree > mostBytesUsed && alike.length > 0) destroyFirst(alike)
      if (alike.length === 0) free.delete(key)
      if (bytesFree <= mostBytesUsed) return
    }
  }

  function destroyFirst(alike: GPUBuffer[]): void {
    const buffer = alike.shift() as GPUBuffer
    bytesFree -= buffer.size
    uncleared.delete(buffer)
    buffer.destroy()
  }

  function forget(): void {
    for (const alike of free.values()) while (alike.length > 0) destroyFirst(alike)
    free.clear()
  }

  return {
    acquireBuffer,
    releaseBuffer,
    forget,
    getNumUsedBuffers: () => used.size,
    getNumFreeBuffers: () => [...free.values()].reduce((count, alike) => count + alike.length, 0),
    get numBytesUsed() {
      return bytesUsed
    },
    get numBytesAllocated() {
      return bytesUsed + bytesFree
    },
    dispose() {
      forget()
      for (const buffer of used) buffer.destroy()
      used.clear()
      bytesUsed = 0
    },
  }
}

/** Bytes: what a buffer's size is a multiple of, if it is copied. */
const smallest = 4

const keyOf = (size: number, usage: number) => `${size} ${usage}`
