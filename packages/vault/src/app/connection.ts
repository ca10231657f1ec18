import type { Channel } from "../channel/channel.js"
import { errorFromWire } from "../channel/error-from-wire.js"
import type { Frame } from "../channel/frame.js"
import { checkToVault, parseToApp, type ToApp, type ToVault } from "../channel/messages.js"
import { channelInvalid } from "../channel/wire-error.js"

type AnswerType = "ready" | "loaded" | "result" | "shared" | "done"
type Answer<T extends AnswerType> = Extract<ToApp, { type: T }>
/** What comes without having been asked for. */
export type Notice = Exclude<ToApp, { type: AnswerType | "failed" | "progress" | "fatal" }>

type Request = Extract<ToVault, { call: number }>
/** A request without its number, which the connection gives it. */
type Unnumbered<R extends Request = Request> = R extends Request ? Omit<R, "call"> : never

export interface RequestOptions {
  readonly blocks?: readonly Uint8Array[]
  /** Rejects with its reason, and tells the vault. */
  readonly signal?: AbortSignal | undefined
  onProgress?(done: number, total: number): void
  /** The vault uses nothing of the request any more, or never did: once, maybe long after an abort. */
  released?(): void
}

interface Pending {
  readonly type: AnswerType
  readonly session: number | undefined
  readonly options: RequestOptions
  resolve(message: ToApp, blocks: readonly ArrayBuffer[]): void
  reject(error: unknown): void
}

export interface AnswerWithBlocks<T extends AnswerType> {
  readonly message: Answer<T>
  readonly blocks: readonly ArrayBuffer[]
}

/** Matches the vault's answers to what was asked, and rejects all that waits when it can't answer any more. */
export interface Connection {
  /**
   * Sends a request and waits for its answer. Rejects with a TypeError what no vault would take.
   *
   * @param take is called with the answer in the moment it comes, before `released`; what it gives is the promise's.
   */
  request<T extends AnswerType, R = AnswerWithBlocks<T>>(
    type: T,
    message: Unnumbered,
    options?: RequestOptions,
    take?: (answer: AnswerWithBlocks<T>) => R,
  ): Promise<R>
  /** Sends what has no answer; to a vault that has ended, nothing. @throws TypeError for what no vault would take. */
  send(message: ToVault, blocks?: readonly Uint8Array[]): void
  /** For the process's `receive`. @throws StrongroomError `channel-invalid` */
  receive(frame: Frame): void
  /** Rejects what waits, and every later request, with an error from `reason`. The first reason stays. */
  end(reason: () => Error): void
  readonly isEnded: boolean
}

/**
 * @param hold is told whether anything waits for an answer.
 * @param notice takes what isn't an answer.
 */
export function connect(
  channel: Channel,
  hold: (held: boolean) => void,
  notice: (message: Notice, blocks: readonly ArrayBuffer[]) => void,
): Connection {
  const waiting = new Map<number, Pending>()
  /** Aborted calls, whose answers are still to come. */
  const abandoned = new Map<number, Pending>()
  let lastCall = 0
  let ended: (() => Error) | undefined

  function take(call: number): Pending | undefined {
    const pending = waiting.get(call)
    if (waiting.delete(call) && waiting.size === 0) hold(false)
    return pending
  }

  function send(message: ToVault, blocks?: readonly Uint8Array[]): void {
    // What a run is given has been looked at, thing by thing, by run-message.ts.
    if (message.type !== "run") checkToVault(message)
    if (!ended) channel.send(message, blocks)
  }

  function answer(message: Extract<ToApp, { call: number }>, blocks: readonly ArrayBuffer[]): void {
    if (message.type === "progress") {
      // Not from here: what the app's own function throws is not the channel's fault.
      const pending = waiting.get(message.call)
      queueMicrotask(() => pending?.options.onProgress?.(message.done, message.total))
      return
    }
    if (abandoned.has(message.call)) {
      drop(message)
      return
    }
    const pending = waiting.get(message.call)
    if (!pending || (message.type !== "failed" && message.type !== pending.type)) {
      throw channelInvalid("The vault answered what it wasn't asked")
    }
    take(message.call)
    if (message.type === "failed") pending.reject(errorFromWire(message.error))
    else pending.resolve(message, blocks)
    pending.options.released?.()
  }

  /** An answer that nobody waits for any more: what it keeps in the engine is freed. */
  function drop(message: Extract<ToApp, { call: number }>): void {
    const pending = abandoned.get(message.call)
    abandoned.delete(message.call)
    pending?.options.released?.()
    const session = pending?.session
    if (message.type !== "result" || session === undefined) return
    for (const value of message.outputs) if ("kept" in value) send({ type: "release", session, kept: value.kept })
  }

  function end(reason: () => Error): void {
    if (ended) return
    ended = reason
    for (const call of [...waiting.keys()]) take(call)?.reject(reason())
    abandoned.clear()
  }

  return {
    send,
    end,
    get isEnded() {
      return ended !== undefined
    },
    receive({ metadata, blocks }) {
      const message = parseToApp(metadata)
      if (message.type === "fatal") return end(() => errorFromWire(message.error))
      if ("call" in message) return answer(message, blocks)
      if (message.type === "session-ended") {
        for (const [call, pending] of [...waiting]) {
          if (pending.session === message.session) take(call)?.reject(errorFromWire(message.error))
        }
      }
      notice(message, blocks)
    },
    request<T extends AnswerType, R = AnswerWithBlocks<T>>(
      type: T,
      message: Unnumbered,
      options: RequestOptions = {},
      read: (answer: AnswerWithBlocks<T>) => R = (answer) => answer as R,
    ) {
      return new Promise<R>((resolve, reject) => {
        const { signal } = options
        const call = ++lastCall
        const session = "session" in message ? message.session : undefined
        try {
          signal?.throwIfAborted()
          if (ended) throw ended()
          send({ ...message, call }, options.blocks)
        } catch (error) {
          options.released?.()
          throw error
        }
        const onAbort = () => {
          const pending = take(call)
          if (!pending) return
          abandoned.set(call, pending)
          if (session !== undefined) send({ type: "abort", call, session })
          reject(signal?.reason)
        }
        signal?.addEventListener("abort", onAbort, { once: true })
        const settle = () => signal?.removeEventListener("abort", onAbort)
        waiting.set(call, {
          type,
          session,
          options,
          resolve(message, blocks) {
            settle()
            resolve(read({ message: message as Answer<T>, blocks }))
          },
          reject(error) {
            settle()
            reject(error)
          },
        })
        hold(true)
      })
    },
  }
}
