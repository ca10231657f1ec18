import type { DeviceBuffer, Kernel, Queue } from "@strongroom/opencl/objects"
import { allocateZeroed } from "../../allocate.js"
import { withCode } from "../../failure.js"
import type { KernelCall } from "../../kernels/kernel-call.js"
import type { Place } from "../../place.js"
import type { Trial } from "../../plan/tuning.js"
import type { SessionKernels } from "../kernels-of-session.js"
import { padded } from "../prepared-step.js"

/**
 * The least time of each counts. Another process's turn on a processor is some milliseconds, in which all are twice as slow:
 * rounds go on until so many have found none that is sooner by a few hundredths, or for as long as somebody may wait.
 */
const enough = { rounds: 8, share: 0.97, milliseconds: 2000 }

/** What weights may take together: more than caches hold, so that they come from memory, as a network's do. */
const mostWeights = 64 << 20

/** Names of the buffers that a network has another of for each layer. */
const weightNames: readonly string[] = ["weights", "right"]

interface Launch {
  readonly kernel: Kernel
  readonly call: KernelCall
}

/**
 * How long each of `trials` takes on the device, in nanoseconds, by its own clock. They run one after the other, round by
 * round, as layers of a network do: what a cache holds is what others have left in it, and a busy moment is nobody's alone.
 *
 * @param goOn throws when nobody waits any more
 */
export async function measure(
  place: Place,
  kernels: SessionKernels,
  trials: readonly Trial[],
  goOn: () => void,
): Promise<readonly number[]> {
  const queue = place.context.createQueue({ profiling: true })
  const memory = trialMemory({ ...place, queue }, trials)
  const launches: Launch[][] = []
  try {
    const times = trials.map(() => Number.POSITIVE_INFINITY)
    for (const trial of trials) {
      goOn()
      await kernels.build(trial.calls.map(({ source }) => source))
      const own = trial.calls.map((call) => ({ kernel: kernels.kernel(call.source), call }))
      launches.push(own)
      const bufferOf = memory.buffersFor(trial)
      for (const { kernel, call } of own) {
        kernel.setArguments(...call.buffers.map(bufferOf), ...call.integers.map((value) => Int32Array.of(value)))
      }
      await timesOf(queue, [own])
    }
    const started = performance.now()
    let unchanged = 0
    while (unchanged < enough.rounds && performance.now() - started < enough.milliseconds) {
      goOn()
      unchanged += 1
      for (const [index, time] of (await timesOf(queue, launches)).entries()) {
        const before = times[index] as number
        if (time < before * enough.share) unchanged = 0
        times[index] = Math.min(before, time)
      }
    }
    return times
  } catch (error) {
    throw withCode(error)
  } finally {
    for (const { kernel } of launches.flat()) kernel.release()
    memory.release()
    queue.release()
  }
}

/** From the start of the first to the end of the last launch of each list. */
async function timesOf(queue: Queue, lists: readonly (readonly Launch[])[]): Promise<readonly number[]> {
  const events = lists.map((list) =>
    list.map(({ kernel, call }) => kernel.enqueue(queue, call.global, { local: call.local, event: true })),
  )
  try {
    await queue.finish()
    return events.map((own) => Math.max(1, Number((own.at(-1)?.times.ended ?? 0n) - (own[0]?.times.started ?? 0n))))
  } finally {
    for (const event of events.flat()) event.release()
  }
}

interface TrialMemory {
  /** Where a trial's buffers are, by their names. */
  buffersFor(trial: Trial): (name: string) => DeviceBuffer
  release(): void
}

/** Zeroed. Activations are the same memory for all, which a cache holds as it does in a network; weights go round. */
function trialMemory(place: Place, trials: readonly Trial[]): TrialMemory {
  const owned: DeviceBuffer[] = []
  const shared = new Map<string, DeviceBuffer>()
  const alignment = Math.max(64, place.queue.device.subBufferAlignment)
  const aligned = (byteLength: number) => Math.ceil(padded(byteLength) / alignment) * alignment
  const entries = trials.flatMap(({ byteLengths }) => Object.entries(byteLengths))
  const isWeights = ([name]: readonly [string, number]) => weightNames.includes(name)
  const own = (buffer: DeviceBuffer) => {
    owned.push(buffer)
    return buffer
  }
  const release = () => {
    for (const buffer of owned.splice(0).reverse()) buffer.release()
  }
  try {
    const weightBytes = entries.filter(isWeights).map(([, byteLength]) => aligned(byteLength))
    const total = weightBytes.reduce((sum, byteLength) => sum + byteLength, 0)
    const ringBytes = weightBytes.reduce((most, one) => Math.max(most, one), Math.min(total, mostWeights))
    const ring = own(allocateZeroed(place, ringBytes))
    let end = 0
    const longest = new Map<string, number>()
    for (const [name, byteLength] of entries) longest.set(name, Math.max(longest.get(name) ?? 0, byteLength))
    for (const [name, byteLength] of longest) {
      if (!weightNames.includes(name)) shared.set(name, own(allocateZeroed(place, padded(byteLength))))
    }
    return {
      buffersFor({ byteLengths }) {
        const buffers = new Map(shared)
        for (const [name, byteLength] of Object.entries(byteLengths).filter(isWeights)) {
          const offset = end + aligned(byteLength) > ringBytes ? 0 : end
          end = offset + aligned(byteLength)
          buffers.set(name, own(ring.subBuffer({ offset, byteLength: aligned(byteLength) })))
        }
        return (name) => buffers.get(name) as DeviceBuffer
      },
      release,
    }
  } catch (error) {
    release()
    throw error
  }
}
