import { StrongroomError } from "@strongroom/core/backend"
import type { Device } from "@strongroom/opencl/objects"
import type { Elementwise, Operation } from "../graph/operation.js"
import type { Tensor } from "../graph/tensor.js"
import type { KernelDevice } from "../kernels/kernel-device.js"
import { attentionFits, lowerAttention } from "./attention.js"
import type { Attention } from "./attention-pattern.js"
import { type Cluster, cluster, type Head } from "./clusters.js"
import { lowerBlockedConcat } from "./image-concat.js"
import { convolutionFits, lowerConvolution } from "./image-convolution.js"
import { lowerBlockedCustom, lowerBlockedElementwise, lowerBlockedMean, lowerBlockedPool } from "./image-operations.js"
import { Lowering } from "./lowering.js"
import { lowerProduct, productFits } from "./products.js"
import { estimatedTuning, type Tuning } from "./tuning.js"
import { winogradConvolutions } from "./winograd-budget.js"

/**
 * What kernels are written for.
 *
 * @param kind whose kernels are wanted. Default: those of the device's own kind
 */
export function kernelDevice(
  device: Device,
  kind: KernelDevice["kind"] = device.type === "cpu" ? "cpu" : "gpu",
): KernelDevice {
  const { floatVectorWidth, computeUnits, largestWorkGroup, localMemory, hasDouble } = device
  const vectorWidth = floatVectorWidth >= 16 ? 16 : floatVectorWidth >= 8 ? 8 : 4
  return { kind, vectorWidth, computeUnits, largestGroup: largestWorkGroup, localMemory, hasDouble }
}

/** Of what lies within a buffer, in bytes: vectors begin at multiples of their own length. */
export const alignmentOf = ({ subBufferAlignment }: Device): number => Math.max(64, subBufferAlignment)

function fits(head: Head, members: readonly Elementwise[], output: Tensor): boolean {
  return head.kind === "matmul" ? productFits(head, members, output) : convolutionFits(head, members, output)
}

/** What is computed without the device may be of any type. @throws StrongroomError `model-declined` */
function checkNoDouble(cluster: Exclude<Cluster, Attention>): void {
  const operations =
    cluster.kind === "single" ? [cluster.operation] : [...cluster.members, ...(cluster.head ? [cluster.head] : [])]
  if (operations.every(({ inputs, outputs }) => [...inputs, ...outputs].every(({ type }) => type !== "float64"))) return
  const problem = "The model computes with 64-bit floats, which the OpenCL device has none of: run it on another one."
  throw new StrongroomError("model-declined", problem)
}

/** What lies in blocks stays there; false: not done. */
function lowerBlocked(lowering: Lowering, operation: Operation): boolean {
  if (operation.kind === "concat") return lowerBlockedConcat(lowering, operation)
  if (operation.kind === "custom") return lowerBlockedCustom(lowering, operation)
  if (operation.kind === "pool") return lowerBlockedPool(lowering, operation)
  return operation.kind === "reduce" && lowerBlockedMean(lowering, operation)
}

/**
 * Kernel launches that compute `roots`, row-major, from tensors that aren't computed by `operations`.
 *
 * @param alignment that of {@link alignmentOf}
 * @param tuning which kernels are soonest
 * @throws StrongroomError `model-declined` where a device without 64-bit floats would have to compute with them
 */
export function lower(
  device: KernelDevice,
  alignment: number,
  operations: readonly Operation[],
  roots: readonly Tensor[],
  tuning: Tuning = estimatedTuning,
): Lowering {
  const lowering = new Lowering(device, alignment, winogradConvolutions(device, tuning, operations), tuning)
  for (const one of cluster(operations, roots, fits, (attention) => attentionFits(device, attention))) {
    if (one.kind === "attention") {
      lowerAttention(lowering, device, one)
      continue
    }
    if (!device.hasDouble) checkNoDouble(one)
    if (one.kind === "single") {
      if (!lowerBlocked(lowering, one.operation)) lowering.plainOperation(one.operation)
      continue
    }
    const { head, members, output } = one
    if (head === undefined) {
      if (!lowerBlockedElementwise(lowering, members, output)) lowering.plainElementwise(members, output)
    } else if (!fits(head, members, output)) lowering.plainOperation(head)
    else if (head.kind === "matmul") lowerProduct(lowering, head, members, output)
    else lowerConvolution(lowering, head, members, output)
  }
  for (const root of roots) lowering.plain(root)
  return lowering
}
