import type { Tensor, TensorSpec } from "./tensor.js"

/**
 * An output that stayed in the engine, to be given as an input to later runs of the same session. `close()` frees it;
 * closing the session closes them all; closing twice is safe.
 */
export interface Kept extends Disposable {
  readonly kept: number
  close(): void
}

export interface RunOptions {
  /** Compute only these outputs. Default: all of the model's. */
  readonly outputs?: readonly string[]
  /** Leave these in the engine and give {@link Kept} for them. Default: none. */
  readonly keep?: readonly string[]
  /** Rejects the run with the signal's reason. The inputs are free at once. */
  readonly signal?: AbortSignal
}

/** One loaded model. Runs that are started together are queued where the engine takes one at a time. */
export interface Session extends AsyncDisposable {
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
  /**
   * Runs the model once. Tensors are copied on the way in and out: the caller may change its own afterwards.
   *
   * @throws StrongroomError `input-*`, `output-unknown`, `kept-invalid`, `session-closed`, `backend-failed`.
   */
  run(inputs: { readonly [name: string]: Tensor | Kept }): Promise<{ readonly [name: string]: Tensor }>
  run(
    inputs: { readonly [name: string]: Tensor | Kept },
    options: RunOptions & { readonly keep?: readonly [] },
  ): Promise<{ readonly [name: string]: Tensor }>
  run(
    inputs: { readonly [name: string]: Tensor | Kept },
    options: RunOptions,
  ): Promise<{ readonly [name: string]: Tensor | Kept }>
  /** Waits for runs, then frees the model. Safe twice. */
  close(): Promise<void>
}
