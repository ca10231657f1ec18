import type { EngineKept, EngineSession, RawTensor, TensorSpec } from "../backend.js"
import { StrongroomError } from "../errors.js"
import type { Kept, RunOptions } from "../session.js"
import { checkInputs, type RunInputs } from "./check-inputs.js"
import { checkOutputs, closeKept, type EngineOutputs, outputMemory } from "./check-outputs.js"
import { engineFailure } from "./failure.js"
import { keptRegistry } from "./kept.js"
import type { LoadedEngine } from "./load-engine.js"
import type { ModelLease } from "./open-model.js"
import { queue } from "./queue.js"

export interface HostedRunOptions extends RunOptions {
  /**
   * Absent: inputs are copied before `run` returns its promise. Given: they are lent to the engine instead, not copied
   * where they are aligned, and this is called once, whatever happens, when nothing reads them any more: possibly long
   * after an aborted run has rejected. Nobody may write to them until then.
   */
  lent?(): void
  /**
   * Whole buffers of a length for this run's outputs, such as those of an earlier run; what they hold is overwritten.
   * Absent: new ones.
   */
  outputMemory?(byteLength: number): Uint8Array
}

/** What a hosted run gives: tensors, or kept outputs for those that were to be kept. */
export interface RunOutputs {
  readonly [name: string]: RawTensor | Kept
}

/** One loaded model under this host: a `Session` whose tensors are bytes. */
export interface HostedSession extends AsyncDisposable {
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
  /**
   * Runs the model once, after the runs before it where the engine takes no more at a time. Aborting rejects at once
   * with the signal's reason: a run that waits never starts, one that runs ends unseen.
   *
   * @throws StrongroomError `input-*`, `output-unknown`, `kept-invalid`, `session-closed`, `backend-failed`.
   */
  run(inputs: RunInputs, options?: HostedRunOptions): Promise<RunOutputs>
  /** Closes a kept output by its number, as `Kept.close()` does. */
  release(kept: number): void
  /** Refuses runs that wait, waits for those that run, closes what was kept, frees the model. Safe twice. */
  close(): Promise<void>
}

type Values = readonly (RawTensor | EngineKept)[]

interface SessionToHost {
  readonly session: EngineSession
  readonly loaded: LoadedEngine
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
  readonly lease: ModelLease
}

/** Puts the host's checks and its queue around an engine's session. */
export function hostSession({ session, loaded, inputs, outputs, lease }: SessionToHost): HostedSession {
  const { capabilities } = loaded.engine
  const kept = keptRegistry()
  const runs = queue(capabilities.parallelRuns)
  let closing: Promise<void> | undefined

  /** Everything that can be wrong with a call, before it waits for its turn. */
  function check(given: RunInputs, options: HostedRunOptions) {
    if (closing !== undefined) throw closed()
    options.signal?.throwIfAborted()
    const wanted = choose(outputs, options.outputs, "outputs")
    const keep = new Set(choose(wanted, options.keep ?? [], "keep").map(({ name }) => name))
    return { wanted, keep, checked: checkInputs(inputs, given, kept, options.lent === undefined) }
  }

  function checkOrGiveBack(given: RunInputs, options: HostedRunOptions) {
    try {
      return check(given, options)
    } catch (error) {
      options.lent?.()
      throw error
    }
  }

  async function run(given: RunInputs, options: HostedRunOptions = {}): Promise<RunOutputs> {
    const { signal } = options
    const { wanted, keep, checked } = checkOrGiveBack(given, options)
    const memory = outputMemory(options.outputMemory)
    const engineKeeps = capabilities.keepsOutputs ? keep : new Set<string>()

    let unaborted: AbortSignal | undefined

    const start = async (): Promise<Values> => {
      let result: EngineOutputs
      try {
        result = await session.run({
          inputs: checked.inputs,
          outputs: wanted.map(({ name }) => name),
          keep: [...engineKeeps],
          allocate: memory.allocate,
          // Made when it is looked at: it takes longer than all checks.
          get signal() {
            unaborted ??= signal ?? new AbortController().signal
            return unaborted
          },
        })
      } catch (error) {
        throw engineFailure("in a run", error, loaded.host.debug)
      }
      try {
        return checkOutputs(result, wanted, engineKeeps, memory)
      } catch (error) {
        closeKept(result)
        throw error
      }
    }
    const settled = () => {
      checked.release()
      options.lent?.()
    }
    const values = await runs.add<Values>({ start, abandoned: closeKept, settled }, signal)
    return Object.fromEntries(
      wanted.map((spec, index) => {
        const value = values[index] as RawTensor | EngineKept
        if (!keep.has(spec.name)) return [spec.name, value as RawTensor]
        // What the host keeps has known sizes; what the engine keeps has those that the model fixes.
        return [spec.name, kept.add(value, "shape" in value ? { ...spec, shape: value.shape } : spec)]
      }),
    )
  }

  async function closeAll(): Promise<void> {
    await runs.close(closed())
    kept.close()
    try {
      await session.close()
    } catch (error) {
      throw engineFailure("while it closed the model", error, loaded.host.debug)
    } finally {
      loaded.sessions.delete(hosted)
      await lease.close()
    }
  }
  const close = () => {
    closing ??= closeAll()
    return closing
  }
  const hosted = { inputs, outputs, run, release: kept.release, close, [Symbol.asyncDispose]: close }
  loaded.sessions.add(hosted)
  return hosted
}

function closed(): StrongroomError {
  return new StrongroomError("session-closed", "The session is closed. Load the model again.")
}

/** The specifications of `names`, in the model's order; all of them without names. */
function choose(
  specs: readonly TensorSpec[],
  names: readonly string[] | undefined,
  option: string,
): readonly TensorSpec[] {
  if (names === undefined) return specs
  if (!Array.isArray(names)) throw new TypeError(`${option} is an array of output names.`)
  const unknown = names.find((name) => !specs.some((spec) => spec.name === name))
  if (unknown === undefined) return specs.filter(({ name }) => names.includes(name))
  const known = specs.map(({ name }) => `"${name}"`).join(", ")
  throw new StrongroomError("output-unknown", `There is no output "${unknown}" to give; there are ${known || "none"}.`)
}
