import type { Socket } from "node:net"
import { encodeFrame } from "./frame.js"

/** The sending half of a channel; what arrives goes through a {@link frameReader}. */
export interface Channel {
  /**
   * Sends a message. Large blocks are written from where they lie and must not change until they are through; a block
   * that its owner may change is copied by the caller before.
   */
  send(metadata: object, blocks?: readonly Uint8Array[]): void
}

/** A channel over a socket, which stays the caller's to watch and to close. */
export function channelOver(socket: Socket): Channel {
  return {
    send(metadata, blocks = []) {
      const pieces = encodeFrame(metadata, blocks)
      if (!socket.writable) return
      const [only] = pieces
      if (only && pieces.length === 1) {
        socket.write(only)
        return
      }
      socket.cork()
      for (const piece of pieces) socket.write(piece)
      socket.uncork()
    },
  }
}
