import {
  bytesSource,
  type Cryptography,
  type InProcessOptions,
  type Kept,
  openInProcess,
  openSealedModel,
  type RunOptions,
  type Session,
  type Tensor,
} from "@strongroom/core"
import type { Backend, BundledBackend } from "@strongroom/core/backend"
import {
  type HostedSession,
  type LoadedEngine,
  loadEngine,
  loadSession,
  type PrivateDirectory,
  toRaw,
  toTensor,
} from "@strongroom/core/host"
import type { LoadedModel, OpenEngine, Place } from "./place.js"
import type { ShippedModel } from "./publisher.js"

export interface InProcess extends Pick<InProcessOptions, "compression"> {
  readonly cryptography?: Cryptography
  readonly directory?: PrivateDirectory
}

/** Opens models where the suite itself runs, by `openInProcess`. */
export function inProcess(
  create: () => Backend | BundledBackend,
  { cryptography, directory, compression }: InProcess,
): Pick<Place, "open" | "openEngine" | "cryptography" | "directory"> {
  const own = { ...(cryptography && { cryptography }), ...(directory && { directory }) }
  return {
    ...own,
    open: ({ bytes, keys }, opening) =>
      openInProcess(create(), bytesSource(bytes), keys, { ...own, ...(compression && { compression }), ...opening }),
    async openEngine(): Promise<OpenEngine> {
      const loaded = await loadEngine(create(), directory && { directory })
      return { load: (shipped) => loadShipped(loaded, shipped, cryptography), close: loaded.close }
    },
  }
}

async function loadShipped(
  loaded: LoadedEngine,
  { bytes, keys }: ShippedModel,
  cryptography: Cryptography | undefined,
): Promise<LoadedModel> {
  const model = await openSealedModel(bytesSource(bytes), keys, cryptography && { cryptography })
  try {
    const hosted = await loadSession(loaded, model)
    return {
      run: runTensors(hosted),
      async close() {
        await hosted.close()
        await model.close()
      },
    }
  } catch (error) {
    await model.close()
    throw error
  }
}

/** Runs of a hosted session with tensors for its bytes. */
function runTensors(hosted: HostedSession): Session["run"] {
  return async (inputs: { readonly [name: string]: Tensor | Kept }, options?: RunOptions) => {
    const given = Object.entries(inputs).map(([name, value]) => [name, "kept" in value ? value : toRaw(value)])
    const outputs = Object.entries(await hosted.run(Object.fromEntries(given), options))
    return Object.fromEntries(
      outputs.map(([name, value]) => [name, "kept" in value ? (value as never) : toTensor(value)]),
    )
  }
}
