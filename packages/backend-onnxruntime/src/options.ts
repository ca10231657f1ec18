/** Where ONNX Runtime computes. Only `"cpu"` is tested by this project; the others need their own libraries. */
export type ExecutionProvider = "cpu" | "cuda" | "tensorrt" | "dml" | "coreml" | "webgpu"

export interface OnnxRuntimeOptions {
  /** Threads within one operator. Default: ONNX Runtime's own, one a physical core. */
  readonly threads?: number
  /** In order of preference; operators that one lacks go to the next, and at last to the CPU. Default: `["cpu"]`. */
  readonly executionProviders?: readonly ExecutionProvider[]
}

/** What crosses to the vault. */
export type CheckedOptions = { readonly executionProviders: readonly string[]; readonly threads?: number }

const providers: readonly string[] = ["cpu", "cuda", "tensorrt", "dml", "coreml", "webgpu"]

/** @throws TypeError or RangeError */
export function checkOptions({ threads, executionProviders = ["cpu"] }: OnnxRuntimeOptions): CheckedOptions {
  if (threads !== undefined && (!Number.isSafeInteger(threads) || threads < 1 || threads > 1024)) {
    throw new RangeError(`threads is an integer from 1 to 1024, not ${threads}.`)
  }
  if (!Array.isArray(executionProviders) || executionProviders.length === 0) {
    throw new TypeError('executionProviders is an array with at least one name, such as ["cpu"].')
  }
  for (const name of executionProviders) {
    if (!providers.includes(name)) {
      throw new TypeError(`executionProviders has no "${String(name)}": choose from ${providers.join(", ")}.`)
    }
  }
  return { executionProviders: [...executionProviders], ...(threads === undefined ? {} : { threads }) }
}
