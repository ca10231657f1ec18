import type { Source } from "@strongroom/core"
import { fileSource, namedFileSource } from "@strongroom/core/node"
import type { WirePlace } from "../channel/messages.js"
import { lendPassed, type PassedDescriptors, takePassed } from "./passed.js"

/**
 * The file that a message names: by its path, or passed open. A passed one is taken when the source is closed.
 *
 * @throws `channel-invalid` for one that wasn't passed.
 */
export function sourceOf(place: WirePlace, passed: PassedDescriptors): Source {
  if ("file" in place) return fileSource(place.file)
  const { descriptor: index, name } = place
  const source = namedFileSource(lendPassed(passed, index), name)
  let closing: Promise<void> | undefined
  return {
    ...source,
    close() {
      if (!closing) {
        takePassed(passed, index)
        closing = source.close()
      }
      return closing
    },
  }
}
