import { isAbsolute } from "node:path"
import { inspect } from "node:util"
import { checkOptionNames } from "@strongroom/core/backend"

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
  /**
   * A provider that isn't in the package's library: it takes what it can of a model, the CPU the rest. Linux only. Default:
   * none. What it compiles is kept as `keepUpTo` says, for which the default is 1 GiB then.
   */
  readonly plugin?: ProviderPlugin
}

/** An execution provider in a library of its own, as ONNX Runtime takes them since 1.23 (`RegisterExecutionProviderLibrary`). */
export interface ProviderPlugin {
  /** The provider's, as its makers write it: `"QNNExecutionProvider"`. Some take contexts back under this name alone. */
  readonly name: string
  /** Its absolute path. */
  readonly library: string
  /** The provider's own options, by the names that its makers give them. Default: none. */
  readonly options?: Readonly<Record<string, string>>
  /** Where it computes, of what it offers. Default: the first that it offers. */
  readonly device?: "cpu" | "gpu" | "npu"
  /** Folders of what its library loads, besides its own. Default: none. */
  readonly read?: readonly string[]
}

/** What crosses to the vault. */
export type CheckedPlugin = {
  readonly name: string
  readonly library: string
  readonly options: { readonly [name: string]: string }
  readonly device?: "cpu" | "gpu" | "npu"
}

/** What crosses to the vault. */
export type CheckedOptions = {
  readonly executionProviders: readonly string[]
  readonly plugin?: CheckedPlugin
  readonly threads?: number
  readonly keepUpTo?: number
}

const providers: readonly string[] = ["cpu", "cuda", "tensorrt", "dml", "coreml", "webgpu"]

const deviceTypes: readonly unknown[] = [undefined, "cpu", "gpu", "npu"]

/** Longer artifacts are never kept (spec/cache-policy.md). */
export const mostArtifact = 2 ** 30

/** @throws TypeError or RangeError */
export function checkOptions(options: OnnxRuntimeOptions): CheckedOptions {
  checkOptionNames(options, ["threads", "executionProviders", "keepUpTo", "plugin"], "onnxruntime()")
  const { threads, executionProviders = ["cpu"], keepUpTo, plugin } = options
  if (threads !== undefined && (!Number.isSafeInteger(threads) || threads < 1 || threads > 1024)) {
    throw new RangeError(`threads is an integer from 1 to 1024, not ${inspect(threads)}.`)
  }
  if (keepUpTo !== undefined && (!Number.isSafeInteger(keepUpTo) || keepUpTo < 0 || keepUpTo > mostArtifact)) {
    throw new RangeError(`keepUpTo is an integer of bytes from 0 to ${mostArtifact}, not ${inspect(keepUpTo)}.`)
  }
  if (!Array.isArray(executionProviders) || executionProviders.length === 0) {
    throw new TypeError('executionProviders is an array with at least one name, such as ["cpu"].')
  }
  for (const name of executionProviders) {
    if (!providers.includes(name)) {
      throw new TypeError(`executionProviders has no "${String(name)}": choose from ${providers.join(", ")}.`)
    }
  }
  if (plugin !== undefined && executionProviders.some((name) => name !== "cpu")) {
    throw new TypeError("A plugin is the only provider beside the CPU: leave executionProviders out.")
  }
  return {
    executionProviders: [...executionProviders],
    ...(plugin === undefined ? {} : { plugin: checkPlugin(plugin) }),
    ...(threads === undefined ? {} : { threads }),
    ...(keepUpTo === undefined ? {} : { keepUpTo }),
  }
}

function checkPlugin({ name, library, options = {}, device }: ProviderPlugin): CheckedPlugin {
  if (typeof name !== "string" || name === "") throw new TypeError("plugin.name is the provider's name.")
  if (typeof library !== "string" || !isAbsolute(library)) {
    throw new TypeError("plugin.library is the absolute path of the provider's library.")
  }
  if (Object.values(options).some((value) => typeof value !== "string")) {
    throw new TypeError("plugin.options are texts by their names.")
  }
  if (!deviceTypes.includes(device)) throw new TypeError(`plugin.device is cpu, gpu or npu, not ${String(device)}.`)
  return { name, library, options: { ...options }, ...(device === undefined ? {} : { device }) }
}
