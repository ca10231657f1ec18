import type { ModelKind, ModelToSeal } from "@strongroom/core"
import type { Network } from "../network.js"

/** Makes models of one kind out of networks. */
export interface ModelWriter {
  readonly kind: ModelKind
  /** @throws NotExpressible when models of this kind can't hold such a network. */
  write(network: Network): Promise<ModelToSeal>
}

/** A kind of model can't hold such a network: another kind has to. */
export class NotExpressible extends Error {}
