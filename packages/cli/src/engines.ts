import { type Report, type Session, StrongroomError } from "@strongroom/core"
import type { Backend } from "@strongroom/core/backend"
import type { Vault } from "@strongroom/vault"
import { failureText } from "./failure.js"

/**
 * Backends by name, in the order in which they are tried: OpenCL's drivers are the machine's, so it is the last. A package
 * loads only when its backend is. The options are the backend's own, which checks them.
 */
export const backends: { readonly [name: string]: (options: object) => Promise<Backend> } = {
  onnxruntime: async (options) => (await import("@strongroom/backend-onnxruntime")).onnxruntime(options),
  async tfjs(options) {
    const { defaultSetupFolder, tfjs } = await import("@strongroom/backend-tfjs")
    // Who gives this command may say what runs in its vault.
    return tfjs({ setupFolder: defaultSetupFolder(), ...options })
  },
  opencl: async (options) => (await import("@strongroom/backend-opencl")).opencl(options),
}

/** What a command says of the backend. */
export interface Choice {
  /** Default: those that there are, in turn. */
  readonly name?: string
  /** Default: none. */
  readonly options?: object
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
 * Opens a vault and loads the model in it. A model's kind is secret until a vault has opened it, so without a name the
 * backends are tried in turn until one takes the kind and the publisher allows it.
 */
export async function openModel(
  { name, options = {} }: Choice,
  load: (vault: Vault) => Promise<Session>,
  signal: AbortSignal,
): Promise<LoadedModel> {
  const candidates = name === undefined ? Object.keys(backends) : [name]
  const declined: StrongroomError[] = []
  for (const candidate of candidates) {
    try {
      return await openWith(candidate, options, load, signal)
    } catch (error) {
      if (!StrongroomError.is(error) || !others.includes(error.code)) throw error
      declined.push(error)
    }
  }
  // A backend that the publisher forbids is the better answer than one that was never meant.
  throw declined.find(({ code }) => code === "policy-backend") ?? unsupported(declined)
}

/** With these, another backend may take the model. */
const others: readonly string[] = ["kind-unsupported", "policy-backend", "backend-missing"]

/** Of what kind the model is, and which backends couldn't be tried, any of which may be its own. */
function unsupported(declined: readonly StrongroomError[]): StrongroomError {
  const missing = declined.filter(({ code }) => code === "backend-missing").map(({ message }) => message)
  const [first] = declined.filter(({ code }) => code === "kind-unsupported")
  if (first === undefined || missing.length === 0) return declined[0] as StrongroomError
  return new StrongroomError(first.code, `${first.message} What couldn't be tried here: ${missing.join(" ")}`)
}

async function openWith(
  name: string,
  options: object,
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
  const vault = await openVault({ backend: await create(options), signal })
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
