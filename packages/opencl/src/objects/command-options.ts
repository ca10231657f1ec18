import type { CommandEvent } from "./command-event.js"

/** What every command can be told. */
export interface CommandOptions {
  /** The command starts when these are complete. In an ordered queue what was enqueued before comes first anyway. */
  readonly after?: CommandEvent | readonly CommandEvent[]
  /** Whether to give an event. Default false: an event costs time and memory. */
  readonly event?: boolean
}

/** An event where one was asked for. */
export type Asked<Options extends CommandOptions> = Options extends { readonly event: true } ? CommandEvent : undefined

/** Options of a command that always gives an event. */
export type EventOptions = Omit<CommandOptions, "event">
