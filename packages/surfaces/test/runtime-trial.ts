import { expect } from "vitest"
import type { WrittenModel } from "./sealed-model.js"
import { type Needles, startTrial, type Trial } from "./trial.js"

/** A runtime by its own library, and a model for it. */
export interface Runtime {
  /** Of programs/NAME-library.mjs. */
  readonly name: "openvino" | "tensorflow"
  readonly library: string
  readonly model: WrittenModel
  /** The plain model's, in the model's folder. */
  readonly file: string
  /** The input's. */
  readonly shape: readonly number[]
}

export interface RuntimeRun {
  /** Variables of the process; in a vault, of the app. */
  readonly environment?: Readonly<Record<string, string>>
  /** Variables that the engine's own code sets in the vault. */
  readonly fixed?: Readonly<Record<string, string>>
  /** Of a compilation. */
  readonly properties?: Readonly<Record<string, string>>
}

/** What programs/runtime.mjs takes. */
export function askRuntime(runtime: Runtime, where: "plain" | "vault", settings: RuntimeRun = {}): readonly string[] {
  const { name, library, model, file, shape } = runtime
  const { fixed: environment = {}, properties = {} } = settings
  const asked = { where, runtime: name, library, properties, shape, folder: model.folder, model: file, environment }
  return [JSON.stringify(asked)]
}

/** Runs it in a process that nothing protects, or in a vault. What the program printed. */
export const runRuntime = (trial: Trial, runtime: Runtime, where: "plain" | "vault", settings: RuntimeRun = {}) =>
  trial.run("runtime.mjs", askRuntime(runtime, where, settings), settings.environment)

/**
 * Runs it in a vault: to the results that a process by itself comes to, and with no file where others come. What was printed.
 */
export async function expectHarmless(trial: Trial, needles: Needles, runtime: Runtime, settings: RuntimeRun) {
  const aside = startTrial()
  const alone = resultsOf(await runRuntime(aside, runtime, "plain").finally(() => aside.close()))
  const printed = await runRuntime(trial, runtime, "vault", settings)
  const results = resultsOf(printed)
  expect(results).toHaveLength(alone.length)
  // What is compiled otherwise is rounded otherwise.
  for (const [at, value] of alone.entries()) expect(results[at]).toBeCloseTo(value, 4)
  expectNothing(trial, needles, runtime)
  return printed
}

/** No file at all in the trial's folders, and nothing of the model where programs keep temporary ones. */
export function expectNothing(trial: Trial, needles: Needles, { model }: Runtime): void {
  expect(trial.holding("")).toEqual([])
  const isPlainModel = (path: string) => path.startsWith(model.folder)
  expect(trial.exposing(needles).filter((path) => !isPlainModel(path))).toEqual([])
}

/** What programs/runtime.mjs printed, in which there can be a runtime's own log. */
function resultsOf(printed: string): readonly number[] {
  const hex = /^ran: ([0-9a-f]+)$/m.exec(printed)?.[1]
  if (hex === undefined) throw new Error(printed)
  return [...new Float32Array(new Uint8Array(Buffer.from(hex, "hex")).buffer)]
}
