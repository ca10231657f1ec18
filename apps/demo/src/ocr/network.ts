/** Elements of 32-bit floating point, row-major, as both the vault's sessions and the pipeline use them. */
export interface FloatTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/**
 * One neural network: a tensor in, a tensor out. The pipeline doesn't know where it runs; in this application it is a
 * session of the vault, in a test it may be a function.
 */
export type Network = (input: FloatTensor, signal?: AbortSignal) => Promise<FloatTensor>
