import {
  bytesSource,
  type CachePolicy,
  type ModelToSeal,
  openSealedModel,
  type SealedModel,
  type Session,
} from "@strongroom/core"
import type { Backend, BundledBackend, Capabilities } from "@strongroom/core/backend"
import { type LoadedEngine, loadEngine } from "@strongroom/core/host"
import { type BareEngine, openBare } from "./bare-engine.js"
import { memoryGrowth } from "./memory-growth.js"
import type { Network } from "./network.js"
import type { OpenEngine, Opening, Place } from "./place.js"
import type { Publisher, ShippedModel } from "./publisher.js"
import type { ModelWriter } from "./write/model-writer.js"

/** What a case works with: one backend, one kind of model that it runs, and a place to run it. */
export interface Bench {
  /** A new value, as an app makes it. */
  createBackend(): Backend | BundledBackend
  readonly capabilities: Capabilities
  write(network: Network): Promise<ModelToSeal>
  ship(model: Network | ModelToSeal): Promise<ShippedModel>
  /** As an app does: seal, open, load. The caller closes. */
  open(model: Network | ModelToSeal, opening?: Opening): Promise<Session>
  /** The same for a model that was shipped before. */
  openShipped(shipped: ShippedModel, opening?: Opening): Promise<Session>
  /** `open`, then `use`, then close, whatever happens. */
  using<T>(model: Network, use: (session: Session) => Promise<T>): Promise<T>
  /** One engine, for several sessions. Closes it and them, whatever happens. */
  usingEngine<T>(use: (load: OpenEngine["load"]) => Promise<T>): Promise<T>
  /** For cases that reach the engine: it by itself under core's host, beside a model that isn't loaded. Closes both. */
  usingHost<T>(
    shipped: ShippedModel,
    cachePolicy: CachePolicy,
    use: (loaded: LoadedEngine, model: SealedModel) => Promise<T>,
  ): Promise<T>
  /** For the same cases: the engine without the host's checks and copies: what core would hide is seen. Closes it. */
  usingBare<T>(model: Network | ShippedModel, use: (bare: BareEngine) => Promise<T>): Promise<T>
  /** For cases that reach the directory: the path of the folder that was made for this run of the suite. */
  directory(): string
  /** For cases that reach memory: see {@link memoryGrowth}. */
  memoryGrowth(times: number, step: () => Promise<void>, limit: number): Promise<number>
}

export interface BenchParts {
  readonly create: () => Backend | BundledBackend
  readonly capabilities: Capabilities
  readonly place: Place
  readonly publisher: Publisher
}

export function benchFor({ create, capabilities, place, publisher }: BenchParts, writer: ModelWriter): Bench {
  const { directory, cryptography, memory } = place
  const inDirectory = directory && { directory }
  const ship = async (model: Network | ModelToSeal) =>
    publisher.ship("nodes" in model ? await writer.write(model) : model)
  const open = async (model: Network | ModelToSeal, opening?: Opening) => place.open(await ship(model), opening ?? {})
  return {
    createBackend: create,
    capabilities,
    write: (network) => writer.write(network),
    ship,
    open,
    openShipped: (shipped, opening = {}) => place.open(shipped, opening),
    async using(model, use) {
      const session = await open(model)
      try {
        return await use(session)
      } finally {
        await session.close()
      }
    },
    async usingEngine(use) {
      const engine = await place.openEngine()
      try {
        return await use(engine.load)
      } finally {
        await engine.close()
      }
    },
    async usingHost({ bytes, keys }, cachePolicy, use) {
      const model = await openSealedModel(bytesSource(bytes), keys, cryptography && { cryptography })
      try {
        const loaded = await loadEngine(create(), { ...inDirectory, cachePolicy })
        try {
          return await use(loaded, model)
        } finally {
          await loaded.close()
        }
      } finally {
        await model.close()
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
    directory() {
      if (directory === undefined) throw new TypeError("There is no directory here.")
      return directory.path
    },
    memoryGrowth(times, step, limit) {
      if (memory === undefined) throw new TypeError("Nobody measures memory here.")
      return memoryGrowth(memory, times, step, limit)
    },
  }
}
