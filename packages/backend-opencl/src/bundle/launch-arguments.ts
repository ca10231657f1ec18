import { type ArgumentValue, type DeviceBuffer, type Kernel, local } from "@strongroom/opencl/objects"
import { isMisfit } from "../failure.js"
import { broken } from "./broken.js"
import type { Launch, LaunchArgument } from "./description.js"
import type { Known } from "./size.js"
import { type Numbers, partsOf, type ValueType, valuesOf } from "./value-type.js"

/** Sets all arguments of a launch. @throws StrongroomError `backend-failed`, with the place of one that doesn't fit */
export function setArguments(
  kernel: Kernel,
  launch: Launch,
  known: Known,
  memories: ReadonlyMap<string, DeviceBuffer>,
): void {
  for (const [index, argument] of launch.arguments.entries()) {
    const place = `${launch.place}.arguments[${index}]`
    const value = argumentValue(argument, known, memories, place)
    try {
      kernel.setArgument(index, "type" in argument ? fitted(value as Numbers, argument.type, kernel, index) : value)
    } catch (error) {
      if (!isMisfit(error)) throw error
      throw broken(place, "the kernel takes something else there")
    }
  }
}

/**
 * Numbers as an argument takes them, without the room that a vector of three has besides. Programs from binaries don't
 * tell what their kernels take; from source, this one did.
 *
 * @throws TypeError for another type
 */
function fitted(numbers: Numbers, type: ValueType, kernel: Kernel, index: number): ArgumentValue {
  const expects = kernel.arguments?.[index]?.expects
  if (expects?.kind !== "number") return numbers
  const { scalar, lanes } = partsOf(type)
  if (scalar !== expects.scalar || lanes !== expects.lanes) throw new TypeError("Another type.")
  return numbers.subarray(0, lanes)
}

function argumentValue(
  argument: LaunchArgument,
  known: Known,
  memories: ReadonlyMap<string, DeviceBuffer>,
  place: string,
): ArgumentValue {
  if ("memory" in argument) return memories.get(argument.memory) as DeviceBuffer
  if ("local" in argument) {
    const byteLength = argument.local(known)
    if (byteLength === 0) throw broken(place, "local memory has at least one byte")
    return local(byteLength)
  }
  const values = argument.values.map((value) => (typeof value === "number" ? value : value(known)))
  return valuesOf(argument.type, values, place)
}
