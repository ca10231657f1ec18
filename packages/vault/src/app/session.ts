import {
  type Kept,
  type RunOptions,
  type Session,
  StrongroomError,
  type Tensor,
  type TensorSpec,
} from "@strongroom/core"
import { toTensor } from "@strongroom/core/host"
import { type KeptNumber, packValues, unpackValues } from "../channel/wire-tensor.js"
import type { Connection } from "./connection.js"
import { type Inputs, wireInputs, wireNames } from "./run-message.js"

type Outputs = { readonly [name: string]: Tensor | Kept }

export interface SessionSettings {
  readonly number: number
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
  readonly connection: Connection
  /** Called once, when the session's close begins. */
  closed(): void
}

/** What a session of the vault is to the app: its names, and a number. */
export interface SessionProxy {
  readonly session: Session
  /** The session's thread has ended by itself: later runs reject with an error from `reason`. */
  end(reason: () => Error): void
}

export function sessionProxy(settings: SessionSettings): SessionProxy {
  const { number, inputs, outputs, connection } = settings
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
    const { values, blocks } = packValues(wireInputs(inputs, given))
    const message = { type: "run", session: number, inputs: values, ...names } as const
    // Copied: the caller's arrays are its own again as soon as run() returns, before they are through the channel.
    const copies = blocks.map((block) => block.slice())
    const answer = await connection.request("result", message, { blocks: copies, signal: options.signal })
    const results = unpackValues(answer.message.outputs, answer.blocks)
    return Object.fromEntries(
      Object.entries(results).map(([name, value]) => [name, "kept" in value ? keep(value) : toTensor(value)]),
    )
  }

  async function close(): Promise<void> {
    settings.closed()
    if (ended || connection.isEnded) return
    try {
      await connection.request("done", { type: "close-session", session: number })
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
    end(reason) {
      ended ??= reason
    },
  }
}
