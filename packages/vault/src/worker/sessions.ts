import { closeAll } from "../channel/descriptor-passing.js"
import type { ToApp, ToVault } from "../channel/messages.js"
import { channelInvalid, toWireError, type WireError } from "../channel/wire-error.js"
import { artifactServer } from "./artifacts.js"
import type { OwnState } from "./own-state.js"
import { passedDescriptors } from "./passed.js"
import type { PassedFromApp } from "./passed-from-app.js"
import { unmetDemands } from "./refusals.js"
import type { SessionThread } from "./thread.js"
import type { ThreadBelongings } from "./thread-belongings.js"
import type { FromSession, LoadMessage } from "./thread-messages.js"
import type { Threads } from "./threads.js"

export interface SessionsSettings {
  /** Ids of the guarantees that the app demands. */
  readonly strict: readonly string[]
  readonly threads: Threads
  readonly belongings: ThreadBelongings
  readonly state: OwnState
  readonly passed: PassedFromApp
  /** The address of the vault's own private key, if it has one. */
  readonly own: bigint | undefined
  send(message: ToApp, blocks?: readonly Uint8Array[]): void
  /** What the app sends can't be believed any more. */
  fail(error: Error): void
}

/** Passes messages between the app and the sessions' threads. */
export interface Sessions {
  /** @throws `channel-invalid` */
  receive(message: Exclude<ToVault, { type: "open" | "close" }>, blocks: readonly ArrayBuffer[]): void
}

/** How long an abandoned load may take to free its memory before its thread is ended by force. */
const abandonedMilliseconds = 3000

export function vaultSessions(settings: SessionsSettings): Sessions {
  const { strict, threads, belongings, state, passed, own, send, fail } = settings
  /** Also those that are being loaded. */
  const sessions = new Map<number, { readonly thread: SessionThread; readonly loadCall: number }>()
  const serveArtifact = artifactServer()

  function load(message: LoadMessage, blocks: readonly ArrayBuffer[]): void {
    const { session, call } = message
    if (sessions.has(session)) throw channelInvalid(`Session ${session} was loaded twice`)
    let descriptors: readonly number[]
    try {
      descriptors = passed.take(message.passed)
    } catch (error) {
      const told = toWireError(error)
      if (told.code === "channel-invalid") throw error
      send({ type: "failed", call, error: told })
      return
    }
    const { identity } = message.keys
    state.lookAgain()
    const held = state.held(identity)
    const refusal = unmetDemands(strict, held)
    if (refusal) {
      closeAll(descriptors)
      send({ type: "failed", call, error: refusal })
      return
    }
    state.loading(identity)
    const thread = threads.take({
      message: (message) => fromThread(session, thread, message),
      died: (error) => died(session, thread, error),
    })
    sessions.set(session, { thread, loadCall: call })
    const given = passedDescriptors(descriptors)
    belongings.give(thread, given)
    thread.post({ type: "load", message, blocks, held, passed: given, own }, blocks)
  }

  function fromThread(session: number, thread: SessionThread, message: FromSession): void {
    switch (message.type) {
      case "identity-texts":
        state.identityTexts(message.count)
        break
      case "loaded":
        loaded(session, thread, message)
        break
      case "load-failed":
        refuse({ call: message.call, session }, message.error)
        break
      case "forward":
        forward(message)
        break
      case "broken":
        fail(Object.assign(new Error(message.error.message), message.error))
        break
      default:
        void serveArtifact(thread, message)
    }
  }

  function loaded(
    session: number,
    thread: SessionThread,
    { message, decryption }: Extract<FromSession, { type: "loaded" }>,
  ): void {
    state.loaded(decryption)
    threads.restock()
    state.lookAgain()
    // What loading did is known only now: memory that couldn't be locked, identities that are text.
    const refusal = unmetDemands(strict, state.held())
    if (refusal && isOf(session, thread)) refuse({ call: message.call, session }, refusal)
    else send({ ...message, state: state.told() })
  }

  function forward({ message, blocks }: Extract<FromSession, { type: "forward" }>): void {
    try {
      send(
        message,
        blocks.map((block) => new Uint8Array(block)),
      )
    } catch (error) {
      // Over the channel's limits.
      if ("call" in message) send({ type: "failed", call: message.call, error: toWireError(error) })
    }
  }

  function died(session: number, thread: SessionThread, error: WireError): void {
    if (!isOf(session, thread)) return
    sessions.delete(session)
    send({ type: "session-ended", session, error })
    threads.restock()
  }

  function isOf(session: number, thread: SessionThread): boolean {
    return sessions.get(session)?.thread === thread
  }

  function refuse({ call, session }: { call: number; session: number }, error: WireError): void {
    send({ type: "failed", call, error })
    dispose(session)
  }

  /** Ends a session that the app doesn't have. */
  function dispose(session: number): void {
    const entry = sessions.get(session)
    sessions.delete(session)
    if (!entry) return
    void threads.stop(entry.thread, abandonedMilliseconds)
    threads.restock()
  }

  async function closeSession(session: number, call: number): Promise<void> {
    const entry = sessions.get(session)
    if (entry) await threads.stop(entry.thread)
    sessions.delete(session)
    send({ type: "done", call })
  }

  return {
    receive(message, blocks) {
      if (message.type === "load") {
        load(message, blocks)
      } else if (message.type === "close-session") {
        void closeSession(message.session, message.call)
      } else {
        const entry = sessions.get(message.session)
        // None: its thread has ended by itself, and the app is being told.
        if (message.type === "abort" && message.call === entry?.loadCall) dispose(message.session)
        else entry?.thread.post({ type: "forward", message, blocks }, blocks)
      }
    },
  }
}
