import type { IncomingMessage } from "node:http"
import { Refusal } from "./refusal.js"

/**
 * The whole body of a request.
 *
 * @throws Refusal 413 as soon as it is known to be longer than `mostBytes`, 400 for an empty one.
 */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<Uint8Array> {
  const tooLarge = () =>
    // Whatever is still on its way isn't read, so the connection is of no more use.
    new Refusal(413, "body-too-large", `A picture may have at most ${mostBytes / 1e6} MB.`, { Connection: "close" })
  if (Number(request.headers["content-length"] ?? 0) > mostBytes) throw tooLarge()
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += piece.byteLength
    if (length > mostBytes) throw tooLarge()
    pieces.push(piece)
  }
  if (length === 0) throw new Refusal(400, "body-empty", "Send the bytes of a picture as the request's body.")
  return Buffer.concat(pieces, length)
}
