/** Where a model is loaded: sealed in a vault or in the app's own process, or plain in the engine alone. */
export type Place = "vault" | "in-process" | "engine alone"

/** When the process that holds it is looked at. */
export type Stage = "ready" | "loaded" | "ran" | "closed"

/** What a measured process says at a stage, before it waits to be told to go on. */
export interface AtStage {
  readonly stage: Stage
  /** The process that holds the model. */
  readonly pid: number
}
