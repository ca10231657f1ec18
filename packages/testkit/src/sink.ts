import type { Backend } from "@strongroom/core/backend"

export interface SinkOptions {
  /** False: what was read is let go of at once, for models that are longer than memory. Default: true. */
  readonly keep?: boolean
  /**
   * True: each part is read straight into the sink's memory, as an engine does whose device shares it with the processor; a
   * part has at most 4 GiB then. False: as a stream. Default: false.
   */
  readonly inPlace?: boolean
}

/**
 * An engine that does nothing with a model but take it: every part in order into memory of its own, as an engine does
 * that moves weights to a device. What a host adds to that, in time and memory, can then be measured. It runs
 * models of kind `file`: input `offset` (int64, [n]), bytes counted through all parts; output `byte` (uint8, [n]), what lies
 * there, 0 if nothing was kept.
 */
export function sink({ keep = true, inPlace = false }: SinkOptions = {}): Backend {
  return {
    contract: 1,
    name: "sink",
    module: new URL("./sink-engine.js", import.meta.url).href,
    options: { keep, inPlace },
    needs: {},
  }
}
