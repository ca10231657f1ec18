import type { Message } from "./messages.js"
import type { Observation } from "./observe.js"
import type { DriverReport, Outcome, PlatformReport } from "./report.js"

type Judgement = Pick<DriverReport, "outcome" | "problem" | "platforms">

/** What an observation says of the driver that was registered alone. */
export function judge(observation: Observation): Judgement {
  const { messages, exitCode, signal, timedOut, milliseconds } = observation
  const platforms = messages.flatMap((message): PlatformReport[] =>
    message.kind === "platform" ? [message.platform] : [],
  )
  const last = messages.findLast(({ kind }) => kind !== "stage" && kind !== "platform" && kind !== "library")
  const stage = messages.findLast((message): message is Stage => message.kind === "stage")?.stage ?? "it was started"
  const say = (outcome: Outcome, problem: string | null): Judgement => ({ outcome, problem, platforms })

  if (last?.kind === "unloadable") return say("unloadable", `It can't be loaded: ${last.message}.`)
  if (last?.kind === "failed") return say("failed", `When ${stage}: ${last.message}`)
  const when = last?.kind === "done" ? "after all was asked, when the process ended" : `when ${stage}`
  if (timedOut) return say("hung", `It gave no answer within ${milliseconds / 1000} s ${when}.`)
  if (signal !== null) return say("crashed", `It crashed the process (${signal}) ${when}.`)
  if (last?.kind !== "done" || exitCode !== 0)
    return say("exited", `It ended the process (exit code ${exitCode}) ${when}.`)
  if (platforms.length > 0) return say("ready", null)
  return say("empty", "It loads and has no platform: mostly there is no device here that it drives.")
}

type Stage = Extract<Message, { kind: "stage" }>
