import type { ExternalData } from "../parts.js"
import type { Provider } from "./provider.js"

const fatal = 4

/**
 * OrtSessionOptions with the provider before the CPU's. `use` may not keep them.
 *
 * @param externalData is read until `use` returns.
 */
export function withSessionOptions<Result>(
  { native, environment, device, plugin }: Provider,
  threads: number | undefined,
  externalData: readonly ExternalData[],
  use: (options: bigint) => Result,
): Result {
  const options = native.give("CreateSessionOptions")
  try {
    native.call("SetSessionLogSeverityLevel", options, fatal)
    if (threads !== undefined) native.call("SetIntraOpNumThreads", options, threads)
    const [keys, values] = [Object.keys(plugin.options), Object.values(plugin.options)]
    const devices = BigUint64Array.of(device)
    native.call(
      "SessionOptionsAppendExecutionProvider_V2",
      ...[options, environment, devices, devices.length, keys, values, keys.length],
    )
    if (externalData.length > 0) {
      const names = externalData.map(({ path }) => path)
      const addresses = BigUint64Array.from(externalData, ({ data }) => native.addressOf(data))
      const lengths = BigUint64Array.from(externalData, ({ data }) => BigInt(data.byteLength))
      native.call(
        "AddExternalInitializersFromFilesInMemory",
        ...[options, names, addresses, lengths, externalData.length],
      )
    }
    return use(options)
  } finally {
    native.other("ReleaseSessionOptions", options)
  }
}
