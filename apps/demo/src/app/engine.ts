import { onnxruntime } from "@strongroom/backend-onnxruntime"
import type { VaultOptions } from "@strongroom/vault"

/** An engine that this machine has for the models. */
export interface Engine {
  /** Its name in addresses. */
  readonly id: string
  /** Its name for people, and that of what it computes on. */
  readonly name: string
  readonly device: string
  /** Whether it compiles for its device, at the first run with a shape of inputs. */
  readonly compiles: boolean
  /** What its vault is opened with: a vault has one engine. */
  readonly vault: Pick<VaultOptions, "backend" | "cache" | "artifactStore">
}

/** What there always is. */
export function onnxruntimeEngine(): Engine {
  return {
    id: "onnxruntime",
    name: "ONNX Runtime",
    device: "the CPU",
    compiles: false,
    vault: { backend: onnxruntime() },
  }
}
