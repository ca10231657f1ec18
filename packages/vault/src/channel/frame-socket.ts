import { type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net"
import { type Channel, channelOver } from "./channel.js"
import { type Frame, frameReader } from "./frame.js"

export interface FrameSocketSettings {
  /** A connected Unix socket, which is the socket's from now on. */
  readonly descriptor: number
  receive(frame: Frame): void
  /** What came can't be read, or `receive` threw: nothing more is received. */
  broken(error: unknown): void
}

/** A channel in both directions, which reads large blocks straight to where they belong. It may be half closed. */
export function frameSocket({ descriptor, receive, broken }: FrameSocketSettings): {
  readonly socket: Socket
  readonly channel: Channel
} {
  const reader = frameReader(receive)
  let readable = true
  const options: SocketConstructorOpts & { onread: OnReadOpts } = {
    fd: descriptor,
    allowHalfOpen: true,
    onread: {
      buffer: () => reader.target(),
      callback(byteLength) {
        if (!readable) return true
        try {
          reader.advance(byteLength)
        } catch (error) {
          readable = false
          broken(error)
        }
        return true
      },
    },
  }
  const socket = new Socket(options)
  socket.resume()
  return { socket, channel: channelOver(socket) }
}
