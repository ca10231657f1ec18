import type { Case } from "./case.js"
import { intelCpu } from "./cases/intel-cpu.js"
import { neo } from "./cases/intel-neo.js"
import { onnxruntime } from "./cases/onnxruntime.js"
import { openvinoCpu, openvinoGpu } from "./cases/openvino.js"
import { pocl } from "./cases/pocl.js"
import { tensorflow } from "./cases/tensorflow.js"
import { vault } from "./cases/vault.js"
import type { Prepared } from "./prepare.js"

/** Every case that this machine has what it needs for, and a line for each subject that it hasn't. */
export function casesFor(prepared: Prepared): { readonly cases: readonly Case[]; readonly missing: readonly string[] } {
  const { drivers, runtimes } = prepared
  const groups: readonly (readonly [name: string, isThere: boolean, cases: () => readonly Case[]])[] = [
    ["PoCL", "pocl" in drivers, () => pocl(prepared)],
    ["Intel's GPU driver", "intel-gpu" in drivers, () => neo(prepared)],
    ["Intel's OpenCL for CPUs", "intel-cpu" in drivers, () => intelCpu(prepared)],
    ["OpenVINO, CPU plugin", "openvino" in runtimes, () => openvinoCpu(prepared)],
    ["OpenVINO, GPU plugin", "openvino" in runtimes && "intel-gpu" in drivers, () => openvinoGpu(prepared)],
    ["ONNX Runtime", true, () => onnxruntime(prepared)],
    ["TensorFlow", "tensorflow" in runtimes, () => tensorflow(prepared)],
    ["Strongroom's vault", true, () => vault(prepared)],
  ]
  return {
    cases: groups.flatMap(([, isThere, cases]) => (isThere ? cases() : [])),
    missing: groups.flatMap(([name, isThere]) => (isThere ? [] : [name])),
  }
}
