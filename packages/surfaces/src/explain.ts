import { components } from "./components.js"
import { surfaceOf } from "./filter.js"
import type { Proof, Surface } from "./surface.js"
import { exposures, kinds, verifications } from "./vocabulary.js"

/**
 * Everything about a surface, as lines of text for people to read.
 *
 * @throws RangeError where there is none of that id.
 */
export function explain(id: string): string {
  const surface = surfaceOf(id)
  const { trigger, neutralise } = surface
  return [
    `${surface.id}: ${surface.title}`,
    `${surface.vendor}, ${components[surface.component]}; on ${surface.platforms.join(", ")}`,
    `${kinds[surface.kind]}; ${surface.byDefault} by default: ${surface.state}`,
    ...section("Writes", surface.writes),
    ...section("Where", surface.where),
    ...list(
      "Gives away",
      surface.exposes.map((exposure) => exposures[exposure]),
    ),
    ...list(
      "Variables",
      Object.entries(trigger.variables).map(([name, values]) => `${name}: ${values}`),
    ),
    ...list("Files", trigger.files),
    ...list("Registry", trigger.registry),
    ...list("API", trigger.api),
    ...list(`Closed, before ${neutralise.before}, by`, ways(surface)),
    ...section("Note", neutralise.notes),
    ...section(`Verified (${surface.verified}: ${verifications[surface.verified]})`, evidence(surface)),
    ...section("In a vault", inVault(surface.proof)),
    ...list("Sources", surface.sources),
  ].join("\n")
}

function ways({ neutralise }: Surface): readonly string[] {
  return [
    ...Object.entries(neutralise.set).map(([name, value]) => `set ${name}=${value}`),
    ...neutralise.privateDirectories.map((name) => `set ${name} to a private directory`),
    ...neutralise.unset.map((name) => `unset ${name}`),
    ...neutralise.unsetPrefixes.map((prefix) => `unset ${prefix}*`),
    ...neutralise.refuse.map((trigger) => `refuse ${trigger}`),
    ...(neutralise.otherwise ? [neutralise.otherwise] : []),
  ]
}

/** What tests showed of a surface in a vault, in a sentence. */
export function inVault(proof: Proof | undefined): string {
  if (proof === undefined) return "not tried"
  const shown = proof.trigger || proof.attacks ? "the leak was shown on an unprotected process; " : ""
  return shown + outcomes[proof.vault]
}

const outcomes: Readonly<Record<Proof["vault"], string>> = {
  harmless: "nothing came from a vault",
  open: "on a vault it has not been tried yet",
}

const evidence = ({ evidence, checked }: Surface) => (checked === undefined ? evidence : `${evidence} (${checked})`)

const section = (title: string, text: string) => (text === "" ? [] : [`${title}: ${text}`])

const list = (title: string, items: readonly string[]) =>
  items.length === 0 ? [] : [`${title}:`, ...items.map((item) => `  ${item}`)]
