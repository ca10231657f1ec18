import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import {
  components,
  contradictions,
  exposures,
  kinds,
  platforms,
  type Surface,
  surfaces,
  verifications,
} from "../src/index.js"

const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/
const variableName = /^[A-Za-z_][A-Za-z0-9_]*\*?$/
const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What is wrong with an entry, in words. */
function faults({ neutralise, trigger, ...surface }: Surface): readonly string[] {
  const wrong: string[] = []
  const need = (holds: boolean, what: string) => {
    if (!holds) wrong.push(`${surface.id}: ${what}`)
  }
  need(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(surface.id), "an id of small letters, digits and hyphens")
  need(surface.component in components, "a known component")
  need(surface.kind in kinds, "a known kind")
  need(surface.verified in verifications, "a known verification")
  need(surface.exposes.length > 0, "something that it exposes")
  for (const exposure of surface.exposes) need(exposure in exposures, `a known exposure, not ${exposure}`)
  need(surface.platforms.length > 0, "a platform")
  for (const platform of surface.platforms) need(platforms.includes(platform), `a known platform, not ${platform}`)
  for (const name of Object.keys(trigger.variables)) need(variableName.test(name), `an environment name, not ${name}`)
  for (const name of [...Object.keys(neutralise.set), ...neutralise.unset, ...neutralise.privateDirectories])
    need(environmentName.test(name), `an environment name to set or unset, not ${name}`)
  for (const prefix of neutralise.unsetPrefixes)
    need(/^[A-Za-z_][A-Za-z0-9_]*$/.test(prefix), `the beginning of an environment name, not ${prefix}`)
  for (const value of Object.values(neutralise.set)) need(!value.includes("<"), `a value as it is set, not ${value}`)
  const triggers = [...trigger.files, ...trigger.registry, ...trigger.api]
  for (const refused of neutralise.refuse) need(triggers.includes(refused), `a trigger to refuse, not ${refused}`)
  for (const text of [
    surface.title,
    surface.vendor,
    surface.state,
    surface.writes,
    surface.evidence,
    neutralise.before,
  ])
    need(text !== "" && text !== "-" && text === text.trim(), "no empty text")
  need(surface.verified === "reported" || surface.sources.length > 0, "a source")
  need(
    surface.sources.every((source) => !/this session|experiment \w+\/|find_string/.test(source)),
    "lasting sources",
  )
  need(surface.verified !== "ran" || /run here/.test(surface.evidence), "evidence that says what ran")
  const day = surface.checked
  need(day === undefined || new Date(day).toJSON()?.slice(0, 10) === day, `a day, not ${day}`)
  return wrong
}

describe("the entries", () => {
  it("are well-formed", () => expect(surfaces.flatMap(faults)).toEqual([]))

  it("have ids of their own", () => {
    const ids = surfaces.map(({ id }) => id)
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })

  it("stand in a file named after their component, and each component has one", () => {
    const files = readdirSync(file("../src/data")).filter((name) => name !== "index.ts")
    expect(files.sort()).toEqual(
      Object.keys(components)
        .map((name) => `${name}.ts`)
        .sort(),
    )
    expect([...new Set(surfaces.map(({ component }) => component))].sort()).toEqual(Object.keys(components).sort())
  })

  it("don't contradict each other", () => expect(contradictions(surfaces)).toEqual([]))
})

describe("proofs", () => {
  it("name tests in test/triggers, and every such test is named", () => {
    const named = surfaces.flatMap(({ id, proof }) => (proof?.trigger ? [{ id, trigger: proof.trigger }] : []))
    for (const { id, trigger } of named) {
      const path = file(`triggers/${trigger}.test.ts`)
      expect(existsSync(path), `${id}: ${path}`).toBe(true)
      expect(readFileSync(path, "utf8"), `${trigger}.test.ts names ${id}`).toContain(`"${id}"`)
    }
    const tests = readdirSync(file("triggers")).filter((name) => name.endsWith(".test.ts"))
    expect([...new Set(named.map(({ trigger }) => `${trigger}.test.ts`))].sort()).toEqual(tests.sort())
  })

  it("name attacks by titles that docs/attacks.md has", () => {
    const page = readFileSync(file("../../../docs/attacks.md"), "utf8")
    for (const { id, proof } of surfaces)
      for (const title of proof?.attacks ?? []) expect(page, `${id}: ${title}`).toContain(`\n| ${title} |`)
  })

  it("are there where it ran, and nowhere else", () => {
    for (const { id, proof, verified } of surfaces) expect(proof !== undefined, id).toBe(verified === "ran")
  })

  it("speak of a vault only after an attack or a trigger", () => {
    for (const { id, proof } of surfaces) {
      if (proof !== undefined && proof.vault !== "open") expect(proof.trigger ?? proof.attacks?.[0], id).toBeDefined()
    }
  })

  it("leave nothing untried that a test triggers", () => {
    expect(surfaces.filter(({ proof }) => proof?.trigger && proof.vault === "open").map(({ id }) => id)).toEqual([])
  })
})

describe("this check", () => {
  it("finds what is wrong", () => {
    const [first] = surfaces
    if (first === undefined) throw new Error("There are no surfaces.")
    const broken = {
      ...first,
      id: "Not An Id",
      exposes: [],
      platforms: [],
      trigger: { ...first.trigger, variables: { "NOT A NAME": "" } },
      neutralise: { ...first.neutralise, set: { GOOD: "<placeholder>" }, unset: ["1BAD"], refuse: ["nothing"] },
      sources: [],
      verified: "ran" as const,
      evidence: "believed",
      checked: "2026-13-01",
    }
    expect(faults(broken)).toHaveLength(10)
    const other = {
      ...first,
      id: "other",
      neutralise: { ...first.neutralise, set: {}, unset: Object.keys(first.neutralise.set) },
    }
    expect(contradictions([first, other]).length).toBe(Object.keys(first.neutralise.set).length)
  })
})
