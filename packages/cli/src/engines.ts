import { type Report, type Session, StrongroomError } from "@strongroom/core"
import type { Backend } from "@strongroom/core/backend"
import type { Vault } from "@strongroom/vault"
import { failureText } from "./failure.js"

/** Backends by name, in the order in which they are tried. A package loads only when its backend is. */
export const backends: { readonly [name: string]: () => Promise<Backend> } = {
  onnxruntime: async () => (await import("@strongroom/backend-onnxruntime")).onnxruntime(),
  tfjs: async () => (await import("@strongroom/backend-tfjs")).tfjs(),
}

export interface LoadedModel {
  /** The backend's name. */
  readonly backend: string
  readonly vault: Vault
  readonly session: Session
  readonly openMilliseconds: number
  readonly loadMilliseconds: number
}

/**
 * Opens a vault and loads the model in it. A model's kind is secret until a vault has opened it, so without a `name` the
 * backends are tried in turn until one takes the kind and the publisher allows it.
 */
export async function openModel(
  name: string | undefined,
  load: (vault: Vault) => Promise<Session>,
  signal: AbortSignal,
): Promise<LoadedModel> {
  const candidates = name === undefined ? Object.keys(backends) : [name]
  const declined: StrongroomError[] = []
  for (const candidate of candidates) {
    try {
      return await openWith(candidate, load, signal)
    } catch (error) {
      const canGoOn = StrongroomError.is(error) && ["kind-unsupported", "policy-backend"].includes(error.code)
      if (!canGoOn) throw error
      declined.push(error)
    }
  }
  // A backend that the publisher forbids is the better answer than one that was never meant.
  throw declined.find(({ code }) => code === "policy-backend") ?? declined[0]
}

async function openWith(
  name: string,
  load: (vault: Vault) => Promise<Session>,
  signal: AbortSignal,
): Promise<LoadedModel> {
  const create = backends[name]
  if (create === undefined) {
    throw new RangeError(`There is no backend "${name}". There are: ${Object.keys(backends).join(", ")}.`)
  }
  // Imported here: most commands need no vault, and begin sooner without.
  const { openVault } = await import("@strongroom/vault")
  const start = performance.now()
  const vault = await openVault({ backend: await create(), signal })
  try {
    const opened = performance.now()
    const session = await load(vault)
    const loadMilliseconds = performance.now() - opened
    return { backend: name, vault, session, openMilliseconds: opened - start, loadMilliseconds }
  } catch (error) {
    await vault.close()
    throw error
  }
}

/** The report of a vault that is opened for it, or why there is none. */
export async function reportHere(signal: AbortSignal): Promise<Report | { readonly problem: string }> {
  const { openVault } = await import("@strongroom/vault")
  try {
    const { onnxruntime } = await import("@strongroom/backend-onnxruntime")
    const vault = await openVault({ backend: onnxruntime(), signal })
    const report = vault.report()
    await vault.close()
    return report
  } catch (error) {
    signal.throwIfAborted()
    return { problem: failureText(error) }
  }
}
