import type { OpenModel, Part } from "../backend.js"
import { StrongroomError } from "../errors.js"
import type { HostOptions } from "./load-engine.js"
import type { ModelToHost, PartToHost } from "./model-to-host.js"
import { type PlaintextPool, plaintextPool } from "./plaintext.js"
import type { PartFolder } from "./private-directory.js"

/** The model as the engine gets it, until `close()`: then its parts refuse, its plaintext is zeroed, its files go. */
export interface ModelLease {
  readonly model: OpenModel
  close(): Promise<void>
}

/** Lends `model` to an engine. `signal` stops every read. */
export function lendModel(model: ModelToHost, host: HostOptions, signal: AbortSignal): ModelLease {
  const closing = new AbortController()
  const pool = plaintextPool(host.allocate)
  let folder: Promise<PartFolder> | undefined
  const written: Promise<unknown>[] = []

  const write = async (part: PartToHost): Promise<string> => {
    if (host.directory === undefined) {
      throw new TypeError("This host has no directory, so a part has no path; an engine that needs one declines.")
    }
    folder ??= host.directory.create()
    const path = folder.then((made) => made.write(part.name, part.chunks({ signal: stop })))
    written.push(path.catch(() => undefined))
    return path
  }
  const stop = AbortSignal.any([signal, closing.signal])
  return {
    model: {
      id: model.header.model,
      kind: model.manifest.kind,
      inputs: model.manifest.inputs,
      outputs: model.manifest.outputs,
      parts: model.parts.map((part) => lendPart(part, { host, pool, stop, write })),
    },
    async close() {
      closing.abort(new StrongroomError("session-closed", "The session that lent this part is closed."))
      pool.close()
      await Promise.all(written)
      await folder?.then(
        (made) => made.remove(),
        () => undefined,
      )
    },
  }
}

interface Lender {
  readonly host: HostOptions
  readonly pool: PlaintextPool
  readonly stop: AbortSignal
  write(part: PartToHost): Promise<string>
}

function lendPart(part: PartToHost, { host, pool, stop, write }: Lender): Part {
  const signals = (own?: AbortSignal) => ({ signal: own === undefined ? stop : AbortSignal.any([stop, own]) })
  let path: Promise<string> | undefined
  return {
    role: part.role,
    name: part.name,
    byteLength: part.byteLength,
    async bytes(own) {
      const { signal } = signals(own)
      signal.throwIfAborted()
      const plaintext = pool.allocate(part.byteLength)
      try {
        await part.into(plaintext.bytes, { signal })
        return plaintext
      } catch (error) {
        plaintext.close()
        throw error
      }
    },
    async into(target, own) {
      const { signal } = signals(own)
      signal.throwIfAborted()
      await part.into(targetBytes(target, part.byteLength, host), { signal })
    },
    async *chunks(own) {
      const { signal } = signals(own)
      signal.throwIfAborted()
      yield* part.chunks({ signal })
    },
    async path(own) {
      const { signal } = signals(own)
      signal.throwIfAborted()
      path ??= write(part).catch((error) => {
        path = undefined
        throw error
      })
      return path
    },
  }
}

function targetBytes(target: Uint8Array | bigint, byteLength: number, host: HostOptions): Uint8Array {
  if (typeof target !== "bigint") {
    if (target.byteLength === byteLength) return target
    throw new RangeError(`The target has ${target.byteLength} bytes; the part has ${byteLength}.`)
  }
  if (host.memoryAt === undefined) throw new TypeError("This host can't write to an address; give a Uint8Array.")
  return host.memoryAt(target, byteLength)
}
