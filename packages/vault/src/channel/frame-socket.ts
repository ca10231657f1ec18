import { type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net"
import type { Libc } from "../os/libc.js"
import { type Channel, channelOver } from "./channel.js"
import { eagerReading } from "./eager-reading.js"
import { type Frame, frameReader } from "./frame.js"

export interface FrameSocketSettings {
  /** A connected Unix socket, which is the socket's from now on. */
  readonly descriptor: number
  /** For a channel whose messages are looked for at once; until it is there, and where it isn't, the event loop reads. */
  readonly libc?: Promise<Libc>
  receive(frame: Frame): void
  /** What came can't be read, or `receive` threw: nothing more is received. */
  broken(error: unknown): void
}

/** What the event loop reads at a time from a channel that is read past it. */
const ownBytes = 64 * 1024

/** A channel in both directions, which reads large blocks straight to where they belong. It may be half closed. */
export function frameSocket({ descriptor, libc, receive, broken }: FrameSocketSettings): {
  readonly socket: Socket
  readonly channel: Channel
  /** A message is likely to come now. */
  expect(): void
} {
  const reader = frameReader(receive)
  let readable = true

  function take(read: () => void): void {
    if (!readable) return
    try {
      read()
    } catch (error) {
      readable = false
      broken(error)
    }
  }

  let system: Libc | undefined
  libc?.then(
    (loaded) => {
      system = loaded
    },
    () => {},
  )

  /** An end, or an error, counts as something: the event loop meets it too, and deals with it. */
  function read(): boolean {
    if (!system || !readable || socket.destroyed) return true
    let byteLength: number | undefined
    try {
      byteLength = system.read(descriptor, reader.target())
    } catch {
      return true
    }
    // The one who is to write may be waiting for this very processor.
    if (byteLength === undefined) system.yieldProcessor()
    else if (byteLength > 0) take(() => reader.advance(byteLength))
    return byteLength !== undefined
  }

  const options: SocketConstructorOpts & { onread: OnReadOpts } = {
    fd: descriptor,
    allowHalfOpen: true,
    onread: {
      // The event loop has its next buffer long before it reads, and must not write to what was read past it meanwhile.
      buffer: libc ? new Uint8Array(ownBytes) : () => reader.target(),
      callback(byteLength, bytes) {
        take(() => (libc ? reader.push(bytes.subarray(0, byteLength)) : reader.advance(byteLength)))
        return true
      },
    },
  }
  const socket = new Socket(options)
  socket.resume()
  const { expect } = eagerReading(read)
  return { socket, channel: channelOver(socket), expect }
}
