import { StrongroomError } from "@strongroom/core"
import type { ProcessEnd } from "./spawn.js"

/** What the end of a vault's process means to those who waited for it; `ready`: it had been open. */
export function exitError({ code, signal, error }: ProcessEnd, ready: boolean, debug: boolean): StrongroomError {
  if (error) {
    return new StrongroomError("vault-start", `The vault's process couldn't be started: ${error.message}`, {
      cause: error,
    })
  }
  const refusal = code === null ? undefined : jailRefusals[code]
  if (!ready && refusal !== undefined) return new StrongroomError("vault-start", refusal)
  const how = signal ? `by signal ${signal}` : `with exit code ${code}`
  if (!ready)
    return new StrongroomError("vault-start", `The vault's process ended ${how} before it was ready${hint(debug)}`)
  const advice = "All that was in it is lost. Open another vault and load the model again"
  const reason = signal === "SIGKILL" ? ": something killed it, perhaps the system for want of memory" : hint(debug)
  return new StrongroomError("vault-exited", `The vault's process ended ${how}${reason}. ${advice}`)
}

/** Exit codes of the jail, `enum exits` in native/jail.h. */
const jailRefusals: { readonly [code: number]: string } = {
  121: "A debugger is attached to the vault's process, or was before it could close itself: nothing in it could be believed. End the debugger and open another vault",
  122: "The vault's process wasn't told how to close itself: its starter ended or sent something else. Open another vault",
  123: "The vault's process couldn't be forked: this user's limit of processes, or the machine's memory, is used up. Open another vault when there is room",
}

function hint(debug: boolean): string {
  return debug ? "" : "; with debug: true it shows what it prints"
}
