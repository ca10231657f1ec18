import type { InferenceSession, Tensor } from "onnxruntime-node"
import type { RuntimeSession } from "../session.js"
import type { NativeRuntime } from "./native.js"
import type { Provider } from "./provider.js"

/** ONNXTensorElementDataType. */
const elementTypes: readonly (Tensor.Type | undefined)[] = [
  ...([undefined, "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", undefined, "bool"] as const),
  ...(["float16", "float64", "uint32", "uint64"] as const),
]

/** OrtArenaAllocator, OrtMemTypeDefault */
const [arena, defaultMemory] = [1, 0]

/**
 * A session of a model with a provider of its own, as onnxruntime-node would give one.
 *
 * @param options are OrtSessionOptions.
 */
export function createSession({ native, environment }: Provider, model: Uint8Array, options: bigint): RuntimeSession {
  const session = native.give("CreateSessionFromArray", environment, model, model.byteLength, options)
  const memory = native.give("CreateCpuMemoryInfo", arena, defaultMemory)
  const inputMetadata = metadata(native, session, "Input")
  const outputMetadata = metadata(native, session, "Output")

  function inputValue({ type, dims, data }: Tensor): bigint {
    const { buffer, byteOffset, byteLength } = data as Uint8Array
    const shape = BigInt64Array.from(dims, BigInt)
    const bytes = new Uint8Array(buffer, byteOffset, byteLength)
    const code = elementTypes.indexOf(type)
    return native.give("CreateTensorWithDataAsOrtValue", memory, bytes, byteLength, shape, shape.length, code)
  }

  return {
    inputMetadata,
    outputMetadata,
    async run(feeds, outputNames) {
      const names = Object.keys(feeds)
      const inputs = BigUint64Array.from(Object.values(feeds), inputValue)
      const outputs = new BigUint64Array(outputNames.length)
      try {
        native.call("Run", session, null, names, inputs, names.length, outputNames, outputNames.length, outputs)
        return Object.fromEntries(outputNames.map((name, at) => [name, outputTensor(native, outputs[at] as bigint)]))
      } finally {
        for (const value of [...inputs, ...outputs]) if (value !== 0n) native.other("ReleaseValue", value)
      }
    },
    async release() {
      native.other("ReleaseSession", session)
      native.other("ReleaseMemoryInfo", memory)
    },
  }
}

/** A copy. */
function outputTensor(native: NativeRuntime, value: bigint): Tensor {
  const facts = native.give("GetTensorTypeAndShape", value)
  try {
    const dims = new BigInt64Array(native.number("GetDimensionsCount", facts))
    native.call("GetDimensions", facts, dims, dims.length)
    const type = elementTypes[native.number("GetTensorElementType", facts)]
    const length = native.number("GetTensorSizeInBytes", value)
    const data =
      length === 0 ? new Uint8Array() : native.view(native.give("GetTensorMutableData", value), length).slice()
    return { type, dims: Array.from(dims, Number), data } as unknown as Tensor
  } finally {
    native.other("ReleaseTensorTypeAndShapeInfo", facts)
  }
}

function metadata(
  native: NativeRuntime,
  session: bigint,
  side: "Input" | "Output",
): readonly InferenceSession.ValueMetadata[] {
  const allocator = native.give("GetAllocatorWithDefaultOptions")
  return Array.from({ length: native.number(`SessionGet${side}Count`, session) }, (_, at) => {
    const address = native.give(`SessionGet${side}Name`, session, at, allocator)
    const name = native.text(address)
    native.call("AllocatorFree", allocator, address)
    const facts = native.give(`SessionGet${side}TypeInfo`, session, at)
    try {
      const tensor = native.give("CastTypeInfoToTensorInfo", facts)
      const type = tensor ? elementTypes[native.number("GetTensorElementType", tensor)] : undefined
      return type === undefined ? { name, isTensor: false } : { name, isTensor: true, type, shape: [] }
    } finally {
      native.other("ReleaseTypeInfo", facts)
    }
  })
}
