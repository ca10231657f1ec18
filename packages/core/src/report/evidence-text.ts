import type { Json } from "../backend.js"

/**
 * What a backend itself says for a guarantee, as lines of a name and a value, each once: which engine it is, and why others
 * were passed over. The rest of the evidence is for programs.
 */
export function backendEvidence(evidence: Json): readonly string[] {
  return [...new Set(saidByBackend(evidence).flatMap(linesOf))]
}

/** Without a vault all evidence is the backend's, and what became of artifacts; a vault has it beside its own. */
function saidByBackend(evidence: Json): readonly Json[] {
  if (isList(evidence)) return evidence
  const { backend = [] } = membersOf(evidence)
  return isList(backend) ? backend : [backend]
}

/** `passedOver: engine: webgpu, reason: There is no GPU.`, one line for each of a list. */
function linesOf(value: Json): readonly string[] {
  const members = Object.entries(membersOf(value))
  if (members.length === 0) return [inLine(value)]
  return members.flatMap(([name, inner]) => (isList(inner) ? inner : [inner]).map((each) => `${name}: ${inLine(each)}`))
}

function inLine(value: Json): string {
  if (isList(value)) return value.map(inLine).join(", ")
  const members = Object.entries(membersOf(value))
  if (members.length > 0) return members.map(([name, inner]) => `${name}: ${inLine(inner)}`).join(", ")
  // Drivers' and engines' own words may hold line breaks, and what steers terminals.
  return typeof value === "object" ? "none" : String(value).replace(/\p{Cc}+/gu, " ")
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function membersOf(value: Json): { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !isList(value) ? value : {}
}
