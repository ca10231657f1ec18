import { once } from "node:events"
import type { Channel } from "../channel/channel.js"
import { frameSocket } from "../channel/frame-socket.js"
import type { Libc } from "../os/libc.js"
import { type Connection, connect } from "./connection.js"

export interface SessionChannelSettings {
  /** A connected socket, which is the channel's from now on. */
  readonly descriptor: number
  readonly libc: Libc
  /** Told whether anything waits for an answer. */
  hold(held: boolean): void
  /** What came over it can't be read. */
  broken(error: unknown): void
}

/** A channel between the app and one session's thread, on which runs go past the vault's main thread. */
export interface SessionChannel {
  readonly connection: Connection
  /** Nothing more will be asked. The vault closes a session only after it has read all that was. */
  finish(): void
  /** The thread has ended, or is about to. What it sent before is still received; then the connection ends. */
  end(reason: () => Error): Promise<void>
  /** Ends the connection at once. */
  abandon(reason: () => Error): void
}

/** How long what a thread has sent may take to arrive when the thread has ended. */
const drainMilliseconds = 500

export function sessionChannel({ descriptor, libc, hold, broken }: SessionChannelSettings): SessionChannel {
  const { socket, channel, expect } = frameSocket({
    descriptor,
    libc: Promise.resolve(libc),
    receive: (frame) => connection.receive(frame),
    broken,
  })
  /** What is sent on this channel is answered at once, but for what takes the engine long. */
  const eager: Channel = {
    send(metadata, blocks) {
      channel.send(metadata, blocks)
      expect()
    },
  }
  // Nothing comes that wasn't asked for.
  const connection = connect(eager, held, ({ type }) => {
    throw new TypeError(`A session's channel carried ${type}`)
  })
  // A channel that breaks means a thread that ends, which the vault's main thread tells.
  socket.on("error", () => {})
  socket.on("end", () => socket.end())
  socket.unref()

  function held(isHeld: boolean): void {
    if (isHeld) socket.ref()
    else socket.unref()
    hold(isHeld)
  }

  function abandon(reason: () => Error): void {
    socket.destroy()
    connection.end(reason)
  }

  return {
    connection,
    finish: () => void socket.end(),
    async end(reason) {
      if (!socket.closed) {
        await once(socket, "close", { signal: AbortSignal.timeout(drainMilliseconds) }).catch(() => {})
      }
      abandon(reason)
    },
    abandon,
  }
}
