import { StrongroomError } from "@strongroom/core/backend"

/** WebGPU's calls don't fail: what went wrong with them is told to the device, later. */
export interface Failures {
  /**
   * Waits for the device, and throws what it was told since the last call: `out-of-memory` or `backend-failed`; whatever
   * was computed meanwhile may be zeros.
   */
  check(): Promise<void>
}

/** Listens on a new device. */
export function failuresOf(device: GPUDevice): Failures {
  let failure: StrongroomError | undefined
  let lost: StrongroomError | undefined
  // Messages quote sizes and shaders: they stay here.
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault()
    failure ??= event.error instanceof GPUOutOfMemoryError ? outOfMemory() : failed("refused what it was given")
  })
  void device.lost.then(() => {
    lost = failed("was lost: its driver was reset, or it was removed. Open the model in a new vault")
  })
  return {
    async check() {
      await device.queue.onSubmittedWorkDone()
      const found = lost ?? failure
      failure = undefined
      if (found !== undefined) throw found
    },
  }
}

const outOfMemory = () =>
  new StrongroomError("out-of-memory", "The GPU has too little memory for this model beside what else it holds.")

const failed = (what: string) => new StrongroomError("backend-failed", `The GPU ${what}.`)
