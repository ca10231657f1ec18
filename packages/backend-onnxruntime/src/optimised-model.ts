import { statfs } from "node:fs/promises"
import type { Artifacts, Host, OpenModel, Plaintext } from "@strongroom/core/backend"
import { type OptimisedFile, optimisedFile } from "./optimised-file.js"
import type { CheckedOptions } from "./options.js"
import { totalBytes } from "./parts.js"
import { processorFeatures } from "./processor.js"

/** Changes when what is kept means something else. */
const artifactVersion = 1

/** 32 MiB: what larger models save is less than reading them back costs (docs/decisions/0014-onnxruntime-artifacts.md). */
const defaultKeepUpTo = 2 ** 25

/** Magic numbers of tmpfs and ramfs, statfs(2). */
const memoryFileSystems = [0x01021994, 0x858458f6]

/** Where one model's optimised form is kept: a whole ONNX model, weights included. */
export interface OptimisedModel {
  find(): Promise<Plaintext | undefined>
  /** Where ONNX Runtime can write it to. `undefined` where that would be on a disk, or there is no place. */
  newFile(): Promise<OptimisedFile | undefined>
}

/**
 * `undefined` where the policy keeps nothing, where it wouldn't pay, where a provider compiles more than a file can hold,
 * and where it isn't known what the processor can do.
 */
export function optimisedModel(
  host: Host,
  { executionProviders, keepUpTo = defaultKeepUpTo }: CheckedOptions,
  { parts }: OpenModel,
  artifacts: Artifacts,
): OptimisedModel | undefined {
  if (host.cachePolicy !== "memory" && host.cachePolicy !== "sealed") return undefined
  if (executionProviders.some((name) => name !== "cpu")) return undefined
  if (totalBytes(parts) > keepUpTo) return undefined
  const features = processorFeatures()
  if (features === undefined) return undefined
  const key = `optimised model ${artifactVersion}, ${features}`
  return {
    find: () => artifacts.get(key),
    async newFile() {
      const { directory } = host
      if (directory === undefined || !(await isInMemory(directory))) return undefined
      return optimisedFile(directory, host, (bytes) => artifacts.put(key, bytes))
    },
  }
}

async function isInMemory(directory: string): Promise<boolean> {
  try {
    return memoryFileSystems.includes((await statfs(directory)).type)
  } catch {
    return false
  }
}
