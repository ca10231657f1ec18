import type { LoadContext, OpenModel, Plaintext } from "@strongroom/core/backend"
import { checkedSession } from "./check-session.js"
import { totalBytes } from "./parts.js"
import type { RuntimeSession } from "./session.js"

/** What an earlier load kept, and how a session is made of it. */
interface Kept<S> {
  find(): Promise<Plaintext | undefined>
  create(bytes: Uint8Array): S | Promise<S>
  /** Where `create` fails, or gives a session of another model. */
  refused(): void
}

/** `undefined` where nothing was kept that ONNX Runtime takes for this model. */
export async function fromKept<S extends RuntimeSession>(
  { find, create, refused }: Kept<S>,
  model: OpenModel,
  { signal, progress }: LoadContext,
): Promise<S | undefined> {
  const found = await find()
  let session: S | undefined
  try {
    signal.throwIfAborted()
    if (found === undefined) return undefined
    session = await checkedSession(model, await create(found.bytes))
  } catch {
    signal.throwIfAborted()
    refused()
    return undefined
  } finally {
    found?.close()
  }
  const total = totalBytes(model.parts)
  progress(total, total)
  return session
}
