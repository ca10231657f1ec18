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
 * How often progress is told, and asked whether the run is still wanted. A lane doesn't come back for that: with as many
 * lanes as cores, a return interrupts another lane (docs/decisions/0005-where-load-time-goes.md).
 */
const tellMilliseconds = 20

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
  const lanes: Lane[] = []
  let told = 0
  const tell = (opened: number) => {
    const bytes = Math.min(target.length, opened * segmentSize)
    if (bytes > told) run.onOpened(bytes - told)
    told = Math.max(told, bytes)
  }
  let timer: NodeJS.Timeout | undefined
  try {
    for (let i = 0; i < Math.min(mostLanes, Math.ceil(count / 2)); i++) lanes.push(makeLane(evp, run.key))
    const job = native.job(run)
    let stopped: { readonly reason: unknown } | undefined
    timer = setInterval(() => {
      try {
        run.checkWanted()
        // A lane has up to two segments that it hasn't opened yet.
        tell(job.taken() - 2 * lanes.length)
      } catch (reason) {
        stopped ??= { reason }
        job.stop()
      }
    }, tellMilliseconds)
    const ended = await Promise.allSettled(lanes.map(({ cipher, digest }) => job.open(cipher, digest, count)))
    for (const end of ended) if (end.status === "rejected") throw end.reason
    if (stopped) throw stopped.reason
    run.checkWanted()
    const outcome = outcomeOf(job, run.first)
    if (outcome === "opened") tell(count)
    return outcome
  } finally {
    clearInterval(timer)
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
