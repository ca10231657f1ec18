import type { GuaranteeId, Report } from "@strongroom/core"
import type { Doctor, DoctorSurface } from "../doctor/doctor.js"
import type { VaultAnswer } from "../doctor/vault-answer.js"
import { wrap, wrappedTable } from "./wrapped-table.js"

/** What stands against surfaces, in a vault, in a few words. */
const measures: { readonly [id in GuaranteeId]?: string } = {
  "process.environment": "no variable of yours is in its environment",
  "process.private-directory": "home, working and temporary folder are its own",
  "process.directory-in-memory": "what is written there is in memory and ends with it",
  "files.confined": "it can write nowhere else",
  "process.output": "its output goes nowhere",
  "process.execute": "it starts no program but what its backend declares",
  "process.core-dumps": "it leaves no core file, report or snapshot",
  "process.inspector": "its inspector can't be opened",
  "memory.private": "no other process of yours reads its memory",
  "memory.locked": "keys and lent buffers aren't swapped",
  "swap.none": "no swap is in use for what engines allocate",
  "network.none": "it reaches no network",
}

export function vaultLines(
  { surfaces, vault }: Doctor,
  { all, width }: { readonly all: boolean; readonly width: number },
): string[] {
  const shown = surfaces.filter((surface) => surface.open || (all && surface.here))
  const report = vault && "guarantees" in vault ? vault : undefined
  return [
    ...(report ? opened(report, width - 2) : wrap(unopened(vault), width - 2)),
    ...(shown.length === 0 ? [] : ["", ...answers(shown, report, width - 2), ...wrap(tryout, width - 2)]),
  ]
}

const tryout = "Where it isn't said that it was tried, this follows from the guarantees and was not tried."

function unopened(vault: Doctor["vault"]): string {
  if (vault && "problem" in vault) return `None could be opened here: ${vault.problem}`
  return "None was opened here: what follows is what a vault is made to do."
}

function opened(report: Report, width: number): string[] {
  const holds = report.guarantees.filter(({ state }) => state === "enforced" || state === "observed")
  const rest = report.guarantees.filter((guarantee) => !holds.includes(guarantee))
  const rows = rest.map(({ id, state, mechanism }) => [state, id, mechanism])
  return [
    ...wrap(
      `One was opened here, with ${report.backend.name}: ${holds.length} of ${report.guarantees.length} guarantees hold. ${mechanisms(report)}`,
      width,
    ),
    ...(rows.length === 0 ? [] : wrappedTable(["state", "guarantee", "why"], rows, width)),
  ]
}

/** What the kernel gave, by what the vault's own start and attempts ended with. */
function mechanisms({ guarantees }: Report): string {
  const evidence = (id: GuaranteeId) => guarantees.find((guarantee) => guarantee.id === id)?.evidence as Evidence
  const jail = evidence("process.separate")?.jail
  const keys = evidence("memory.locked")?.keys
  if (!jail) return "It has no jail: this system has none, or the package's native part is missing."
  const said = (outcome: unknown) => (outcome === "done" ? "yes" : String(outcome ?? "no"))
  return (
    `User namespace: ${said(jail.user)}; mounts of its own: ${said(jail.mounts)}; ` +
    `Landlock: ${jail.landlock === "done" ? `ABI ${jail.landlockAbi}` : said(jail.landlock)}; ` +
    `seccomp: ${said(jail.seccomp)}; memfd_secret: ${keys === "memfd_secret" ? "yes" : "no"}.`
  )
}

type Evidence =
  | { readonly jail?: { readonly [step: string]: unknown } | null; readonly keys?: unknown }
  | null
  | undefined

/** Surfaces with the same answer share a line. */
function answers(surfaces: readonly DoctorSurface[], report: Report | undefined, width: number): string[] {
  const groups = new Map<string, string[]>()
  for (const surface of surfaces) {
    const answer = answerOf(surface, report)
    groups.set(answer, [...(groups.get(answer) ?? []), surface.id])
  }
  const rows = [...groups].map(([answer, ids]) => [ids.join(", "), answer])
  return wrappedTable(["surface", "in a vault"], rows, width)
}

function answerOf({ vault }: DoctorSurface, report: Report | undefined): string {
  const parts = vault.guarantees.map((id) => {
    const state = report?.guarantees.find((guarantee) => guarantee.id === id)?.state
    const missing = state === "unavailable" || state === "off"
    return `${measures[id] ?? id}${missing ? ` (${state.toUpperCase()} HERE: ${id})` : ""}`
  })
  const remaining = vault.remaining.length > 0 ? [`open as well: ${vault.remaining.join(", ")}`] : []
  const tried = outcomes[vault.tried]
  if (parts.length === 0) return ["nothing stands against it: the backend decides", ...remaining].join("; ")
  return [...parts, ...remaining, ...tried].join("; ")
}

const outcomes: { readonly [outcome in VaultAnswer["tried"]]: readonly string[] } = {
  harmless: ["tried, and nothing came out"],
  no: [],
}
