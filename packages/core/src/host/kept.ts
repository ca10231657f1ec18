import type { EngineKept, RawTensor, TensorSpec } from "../backend.js"
import { StrongroomError } from "../errors.js"
import type { Kept } from "../session.js"

/** What a run was given in place of a tensor: a {@link Kept}, or its number after a channel. */
export interface KeptReference {
  readonly kept: number
}

/** An output that a session keeps. */
export interface KeptOutput {
  /** In the engine, or here where the engine keeps nothing. */
  readonly value: EngineKept | RawTensor
  readonly spec: TensorSpec
  /** Lends it to a run; it stays open, also when closed meanwhile, until the returned function is called. */
  lend(): () => void
}

/** The kept outputs of one session. */
export interface KeptRegistry {
  add(value: EngineKept | RawTensor, spec: TensorSpec): Kept
  /** @throws StrongroomError `kept-invalid` when it is closed, or another session's. */
  get(reference: KeptReference): KeptOutput
  /** Closes one by its number; an unknown one is none. */
  release(kept: number): void
  close(): void
}

/** An empty registry. Numbers are random, so that another session's (another thread's, too) isn't taken for its own. */
export function keptRegistry(): KeptRegistry {
  const open = new Map<number, { readonly output: KeptOutput; close(): void }>()
  let closed = false
  const release = (kept: number) => {
    const entry = open.get(kept)
    open.delete(kept)
    entry?.close()
  }
  return {
    add(value, spec) {
      const kept = randomNumber()
      let users = 1
      const leave = () => {
        users -= 1
        if (users === 0 && "close" in value) closeQuietly(value)
      }
      const lend = () => {
        users += 1
        return leave
      }
      if (closed) leave()
      else open.set(kept, { output: { value, spec, lend }, close: leave })
      const close = () => release(kept)
      return { kept, close, [Symbol.dispose]: close }
    },
    get({ kept }) {
      const entry = open.get(kept)
      if (entry !== undefined) return entry.output
      throw new StrongroomError(
        "kept-invalid",
        "A kept output given as an input is closed, or another session's. Give one that this session kept.",
      )
    },
    release,
    close() {
      closed = true
      for (const kept of [...open.keys()]) release(kept)
    },
  }
}

/** Frees what the engine keeps. Nobody waits for it whom an engine's failure could be told. */
export function closeQuietly(value: EngineKept): void {
  try {
    value.close()
  } catch {
    // The engine frees it with its session, if it can.
  }
}

/** 52 random bits. */
function randomNumber(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2))
  return (high & 0xfffff) * 2 ** 32 + low
}
