import {
  bytesSource,
  type InProcessOptions,
  type InProcessSession,
  type ModelToSeal,
  openInProcess,
  openSealedModel,
} from "@strongroom/core"
import type { Backend, Capabilities } from "@strongroom/core/backend"
import {
  type HostedSession,
  type LoadedEngine,
  loadEngine,
  loadSession,
  type PrivateDirectory,
} from "@strongroom/core/host"
import { nodeCryptography } from "@strongroom/core/node"
import { type BareEngine, openBare } from "./bare-engine.js"
import type { Network } from "./network.js"
import type { Publisher, ShippedModel } from "./publisher.js"
import type { ModelWriter } from "./write/model-writer.js"

/** What a case works with: one backend, and one kind of model that it runs. */
export interface Bench {
  /** A new value, as an app makes it. */
  createBackend(): Backend
  readonly capabilities: Capabilities
  /** Made for this run of the suite; removed after it. */
  readonly directory: PrivateDirectory
  write(network: Network): Promise<ModelToSeal>
  ship(model: Network | ModelToSeal): Promise<ShippedModel>
  /** Through core, as an app without a vault: seal, open, load. The caller closes. */
  open(model: Network | ModelToSeal, options?: InProcessOptions): Promise<InProcessSession>
  /** The same for a model that was shipped before. */
  openShipped(shipped: ShippedModel, options?: InProcessOptions): Promise<InProcessSession>
  /** `open`, then `use`, then close, whatever happens. */
  using<T>(model: Network, use: (session: InProcessSession) => Promise<T>): Promise<T>
  /** One engine under core's host, for several sessions. Closes it and them, whatever happens. */
  usingEngine<T>(use: (load: LoadModel) => Promise<T>): Promise<T>
  /** The engine by itself, without the host's checks and copies: what core would hide is seen. Closes it, whatever happens. */
  usingBare<T>(model: Network | ShippedModel, use: (bare: BareEngine) => Promise<T>): Promise<T>
}

/** Loads one more model into the engine. Closing the session closes the model. */
export type LoadModel = (shipped: ShippedModel) => Promise<HostedSession>

export interface BenchParts {
  readonly create: () => Backend
  readonly capabilities: Capabilities
  readonly directory: PrivateDirectory
  readonly publisher: Publisher
}

export function benchFor(parts: BenchParts, writer: ModelWriter): Bench {
  const { create, capabilities, directory, publisher } = parts
  const ship = async (model: Network | ModelToSeal) =>
    publisher.ship("nodes" in model ? await writer.write(model) : model)
  const openShipped = ({ bytes, keys }: ShippedModel, options: InProcessOptions = {}) =>
    openInProcess(create(), bytesSource(bytes), keys, { directory, cryptography: nodeCryptography, ...options })
  const open = async (model: Network | ModelToSeal, options?: InProcessOptions) =>
    openShipped(await ship(model), options)
  return {
    createBackend: create,
    capabilities,
    directory,
    write: (network) => writer.write(network),
    ship,
    open,
    openShipped,
    async using(model, use) {
      const session = await open(model)
      try {
        return await use(session)
      } finally {
        await session.close()
      }
    },
    async usingEngine(use) {
      const loaded = await loadEngine(create(), { directory })
      try {
        return await use((shipped) => loadShipped(loaded, shipped))
      } finally {
        await loaded.close()
      }
    },
    async usingBare(model, use) {
      const bare = await openBare(create(), "keys" in model ? model : await ship(model), directory)
      try {
        return await use(bare)
      } finally {
        await bare.close()
      }
    },
  }
}

async function loadShipped(loaded: LoadedEngine, { bytes, keys }: ShippedModel): Promise<HostedSession> {
  const model = await openSealedModel(bytesSource(bytes), keys, { cryptography: nodeCryptography })
  try {
    const session = await loadSession(loaded, model)
    const close = async () => {
      await session.close()
      await model.close()
    }
    return { ...session, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await model.close()
    throw error
  }
}
