import { availableParallelism } from "node:os"
import type { SegmentRun, SegmentsOutcome } from "@strongroom/core"
import type { Evp, Pointer } from "../os/evp.js"
import type { NativeJob, NativeSegments } from "../os/segments.js"

/**
 * How many of libuv's threads work on one run: one a core, and never all four, which read files too. A thread takes the
 * next segment when it is done with one, so that all are busy until the end.
 */
const mostLanes = Math.min(3, availableParallelism())

/**
 * Bytes after which a thread comes back, to be heard of and to be stopped: some 10 ms of work. Coming back interrupts
 * another, where there are no more cores than lanes.
 */
const bytesAtOnce = 16 * 1024 * 1024

/** Contexts of one lane, which know the key, until `free`. */
interface Lane {
  readonly cipher: Pointer
  readonly digest: Pointer
  /** Overwrites the key. */
  free(): void
}

export interface NativeRun extends SegmentRun {
  /** The address of its 32 bytes, which are read before this returns. */
  readonly key: Pointer
  /** Asked between steps: throws when there is a reason to stop. */
  checkWanted(): void
  onOpened(bytes: number): void
}

/**
 * Opens a run by native/segments.c. Settles when no thread works on it any more.
 *
 * @throws what `checkWanted` throws, and when a function of OpenSSL's fails without a reason.
 */
export async function openNatively(evp: Evp, native: NativeSegments, run: NativeRun): Promise<SegmentsOutcome> {
  const { count, segmentSize, target } = run
  checkRun(run)
  const most = Math.max(1, Math.floor(bytesAtOnce / segmentSize))
  const lanes: Lane[] = []
  try {
    for (let i = 0; i < Math.min(mostLanes, count); i++) lanes.push(makeLane(evp, run.key))
    const job = native.job(run)
    let left = target.length
    const work = async ({ cipher, digest }: Lane) => {
      for (let opened = most; opened >= most; ) {
        run.checkWanted()
        opened = await job.open(cipher, digest, most)
        const bytes = Math.min(left, opened * segmentSize)
        left -= bytes
        if (bytes > 0) run.onOpened(bytes)
      }
    }
    const ended = await Promise.allSettled(lanes.map(work))
    for (const end of ended) if (end.status === "rejected") throw end.reason
    run.checkWanted()
    return outcomeOf(job, run.first)
  } finally {
    for (const lane of lanes) lane.free()
  }
}

function outcomeOf(job: NativeJob, first: number): SegmentsOutcome {
  const fault = job.fault()
  if (fault === undefined) return "opened"
  const { step, index } = fault
  if (step === "library") throw new Error("A function of OpenSSL's failed, which has no reason to.")
  return { failed: step, index: first + index }
}

function makeLane(evp: Evp, key: Pointer): Lane {
  const cipher = evp.cipherNew()
  try {
    evp.cipherInit(cipher, evp.aes256Gcm, key, new Uint8Array(12), false)
    const digest = evp.digestNew()
    const free = () => {
      evp.cipherFree(cipher)
      evp.digestFree(digest)
    }
    try {
      evp.digestInit(digest, evp.sha256)
    } catch (error) {
      evp.digestFree(digest)
      throw error
    }
    return { cipher, digest, free }
  } catch (error) {
    evp.cipherFree(cipher)
    throw error
  }
}

/** Native code would write beyond what is too short. */
function checkRun({ first, count, segments, segmentSize, target, tags, digests }: SegmentRun): void {
  const whole = (count - 1) * segmentSize
  const fits =
    [first, count, segments, segmentSize].every(Number.isSafeInteger) &&
    first >= 0 &&
    count >= 1 &&
    first + count <= segments &&
    segmentSize >= 1 &&
    segmentSize < 2 ** 31 &&
    target.length > whole &&
    target.length <= whole + segmentSize &&
    tags.length === 16 * count &&
    digests.length === 32 * count
  if (!fits) throw new RangeError("The memory for a run of segments hasn't the length of the run.")
}
