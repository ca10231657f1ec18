import {
  type Kept,
  type RunOptions,
  type Session,
  StrongroomError,
  type Tensor,
  type TensorSpec,
} from "@strongroom/core"
import type { RawTensor } from "@strongroom/core/backend"
import { toTensor } from "@strongroom/core/host"
import { type KeptNumber, packValues, unpackValues } from "../channel/wire-tensor.js"
import type { Connection } from "./connection.js"
import { type Inputs, wireInputs, wireNames } from "./run-message.js"
import { noPlace, type SessionMemory } from "./session-memory.js"

type Outputs = { readonly [name: string]: Tensor | Kept }

export interface SessionSettings {
  readonly number: number
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
  /** Of the vault's main thread, or the session's own: where runs go. */
  readonly connection: Connection
  /** Given where tensors can be shared. */
  readonly memory?: SessionMemory | undefined
  /** Closes the session in the vault. */
  end(): Promise<void>
  /** Called once, when the session's close begins. */
  closed(): void
}

/** What a session of the vault is to the app: its names, and a number. */
export interface SessionProxy {
  readonly session: Session
  readonly memory: SessionMemory | undefined
  /** The session's thread has ended by itself: later runs reject with an error from `reason`. */
  end(reason: () => Error): void
}

export function sessionProxy(settings: SessionSettings): SessionProxy {
  const { number, inputs, outputs, connection, memory } = settings
  let ended: (() => Error) | undefined
  let closing: Promise<void> | undefined

  function keep({ kept }: KeptNumber): Kept {
    let open = true
    const close = () => {
      if (open) connection.send({ type: "release", session: number, kept })
      open = false
    }
    return { kept, close, [Symbol.dispose]: close }
  }

  async function run(given: Inputs, options: RunOptions = {}): Promise<Outputs> {
    if (closing) throw new StrongroomError("session-closed", "The session is closed: load the model again")
    if (ended) throw ended()
    const names = wireNames(options)
    const sound = wireInputs(inputs, given)
    const place = memory?.place(Object.values(sound)) ?? noPlace
    const abortable = options.signal !== undefined
    const { values, blocks } = packValues(sound, place.put)
    const message = { type: "run", session: number, inputs: values, ...names, ...place.where, abortable } as const
    // Copied: the caller's arrays are its own again as soon as run() returns, before they are through the channel.
    const copies = blocks.map((block) => block.slice())
    const sending = { blocks: copies, signal: options.signal, released: place.free }
    const results = await connection.request("result", message, sending, ({ message, blocks }) => {
      const values = unpackValues(message.outputs, blocks, (_, range) => place.get(range))
      place.learn(Object.values(values).map(byteLength))
      return values
    })
    return Object.fromEntries(
      Object.entries(results).map(([name, value]) => [name, "kept" in value ? keep(value) : toTensor(value)]),
    )
  }

  async function close(): Promise<void> {
    settings.closed()
    if (ended || connection.isEnded) return
    try {
      await settings.end()
    } catch (error) {
      // A vault or thread that has ended holds nothing any more.
      if (!ended && !connection.isEnded) throw error
    }
  }

  const session = {
    inputs,
    outputs,
    run,
    close: () => {
      closing ??= close()
      return closing
    },
    [Symbol.asyncDispose]: () => session.close(),
  }
  return {
    // `run`'s overloads tell by the options whether anything is kept.
    session: session as Session,
    memory,
    end(reason) {
      ended ??= reason
    },
  }
}

function byteLength(value: RawTensor | KeptNumber): number {
  return "kept" in value || value.type === "string" ? 0 : value.data.length
}
