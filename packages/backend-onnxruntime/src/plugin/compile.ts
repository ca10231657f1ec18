import type { Plaintext } from "@strongroom/core/backend"
import type { Provider } from "./provider.js"

/**
 * A model as the provider compiled it: an ONNX model whose nodes of type EPContext hold the provider's own binaries, with
 * whatever the CPU computes, weights included. In memory from beginning to end.
 *
 * @param options are OrtSessionOptions.
 * @param allocate gives the memory for it.
 */
export function compileModel(
  { native, environment }: Provider,
  options: bigint,
  model: Uint8Array,
  allocate: (byteLength: number) => Plaintext,
): Plaintext {
  const compilation = native.give("CreateModelCompilationOptionsFromSessionOptions", environment, options)
  try {
    const allocator = native.give("GetAllocatorWithDefaultOptions")
    // The result's address and length, which are written when it is there.
    const result = new BigUint64Array(2)
    native.call("ModelCompilationOptions_SetInputModelFromBuffer", compilation, model, model.byteLength)
    native.call(
      "ModelCompilationOptions_SetOutputModelBuffer",
      ...[compilation, allocator, result.subarray(0, 1), result.subarray(1)],
    )
    native.call("ModelCompilationOptions_SetEpContextEmbedMode", compilation, true)
    native.call("CompileModel", environment, compilation)
    const [address = 0n, length = 0n] = result
    const compiled = native.view(address, Number(length))
    try {
      const plaintext = allocate(compiled.byteLength)
      plaintext.bytes.set(compiled)
      return plaintext
    } finally {
      compiled.fill(0)
      native.call("AllocatorFree", allocator, address)
    }
  } finally {
    native.other("ReleaseModelCompilationOptions", compilation)
  }
}
