import { StrongroomError } from "../errors.js"
import { checkRead, checkWithin } from "./check-read.js"
import type { Source } from "./source.js"

/**
 * The bytes of a `Blob` or `File`, such as one that was dropped on a page. Nothing is copied before it is read.
 *
 * @throws StrongroomError from `read`: `source-unreadable` when the file behind the blob changed or is gone.
 */
export function blobSource(blob: Blob): Source {
  if (!(blob instanceof Blob)) throw new TypeError("blobSource needs a Blob or a File.")
  return {
    async byteLength(signal) {
      signal?.throwIfAborted()
      return blob.size
    },
    async read(offset, target, signal) {
      checkRead(offset, target, signal)
      checkWithin(offset, target.length, blob.size)
      let bytes: ArrayBuffer
      try {
        bytes = await blob.slice(offset, offset + target.length).arrayBuffer()
      } catch (cause) {
        // File API, section 10: one error for a file that changed, went away or may not be read any more.
        throw new StrongroomError(
          "source-unreadable",
          "The blob can't be read: the file behind it changed, went away or isn't allowed any more. Choose it again.",
          { cause },
        )
      }
      signal?.throwIfAborted()
      checkWithin(offset, target.length, offset + bytes.byteLength)
      target.set(new Uint8Array(bytes))
    },
    async close() {},
  }
}
