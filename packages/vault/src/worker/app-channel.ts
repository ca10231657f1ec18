import type { Channel } from "../channel/channel.js"
import type { Frame } from "../channel/frame.js"
import { frameSocket } from "../channel/frame-socket.js"
import type { Libc } from "../os/libc.js"

/** The thread's end of its session's own channel. */
export interface AppChannel extends Channel {
  /** Settles when the app has said that it sends no more, or is gone: all that it sent has been received. */
  readonly finished: Promise<void>
  /** Settles when all that was sent has left. */
  close(): Promise<void>
}

/** @param descriptor is the channel's from now on. */
export function appChannel(
  descriptor: number,
  libc: Promise<Libc>,
  receive: (frame: Frame) => void,
  broken: (error: unknown) => void,
): AppChannel {
  const { socket, channel, expect } = frameSocket({ descriptor, libc, receive, broken })
  const finished = new Promise<void>((resolve) => {
    socket.once("end", resolve)
    socket.once("close", resolve)
  })
  // An app that is gone ends the whole vault: the main thread sees that.
  socket.on("error", () => {})
  return {
    send(metadata, blocks) {
      channel.send(metadata, blocks)
      // A run is often followed by the next.
      expect()
    },
    finished,
    close: () =>
      new Promise((resolve) => {
        socket.once("close", () => resolve())
        if (socket.closed) resolve()
        else socket.end(() => resolve())
      }),
  }
}
