/** Where ONNX Runtime computes. Only `"cpu"` is tested by this project; the others need their own libraries. */
export type ExecutionProvider = "cpu" | "cuda" | "tensorrt" | "dml" | "coreml" | "webgpu"

export interface OnnxRuntimeOptions {
  /** Threads within one operator. Default: ONNX Runtime's own, one a physical core. */
  readonly threads?: number
  /** In order of preference; operators that one lacks go to the next, and at last to the CPU. Default: `["cpu"]`. */
  readonly executionProviders?: readonly ExecutionProvider[]
  /**
   * Under the cache policies `memory` and `sealed`, models of at most so many bytes are kept as ONNX Runtime optimised them;
   * 0 for none, at most 1 GiB. Default: 32 MiB, above which keeping didn't pay where it was measured.
   */
  readonly keepUpTo?: number
}

/** What crosses to the vault. */
export type CheckedOptions = {
  readonly executionProviders: readonly string[]
  readonly threads?: number
  readonly keepUpTo?: number
}

const providers: readonly string[] = ["cpu", "cuda", "tensorrt", "dml", "coreml", "webgpu"]

/** Longer artifacts are never kept (spec/cache-policy.md). */
const mostArtifact = 2 ** 30

/** @throws TypeError or RangeError */
export function checkOptions({ threads, executionProviders = ["cpu"], keepUpTo }: OnnxRuntimeOptions): CheckedOptions {
  if (threads !== undefined && (!Number.isSafeInteger(threads) || threads < 1 || threads > 1024)) {
    throw new RangeError(`threads is an integer from 1 to 1024, not ${threads}.`)
  }
  if (keepUpTo !== undefined && (!Number.isSafeInteger(keepUpTo) || keepUpTo < 0 || keepUpTo > mostArtifact)) {
    throw new RangeError(`keepUpTo is an integer of bytes from 0 to ${mostArtifact}, not ${keepUpTo}.`)
  }
  if (!Array.isArray(executionProviders) || executionProviders.length === 0) {
    throw new TypeError('executionProviders is an array with at least one name, such as ["cpu"].')
  }
  for (const name of executionProviders) {
    if (!providers.includes(name)) {
      throw new TypeError(`executionProviders has no "${String(name)}": choose from ${providers.join(", ")}.`)
    }
  }
  return {
    executionProviders: [...executionProviders],
    ...(threads === undefined ? {} : { threads }),
    ...(keepUpTo === undefined ? {} : { keepUpTo }),
  }
}
