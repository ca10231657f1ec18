import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { type Component, components, inVault, type Surface, surfaces, verifications } from "../src/index.js"

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("*", "\\*")
const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ")

function closing({ neutralise }: Surface): string {
  const { set, privateDirectories, unset, unsetPrefixes, refuse, otherwise } = neutralise
  return [
    ...Object.entries(set).map(([name, value]) => `\`${name}=${value}\``),
    ...(privateDirectories.length > 0 ? [`a private directory in ${code(privateDirectories)}`] : []),
    ...(unset.length > 0 ? [`without ${code(unset)}`] : []),
    ...(unsetPrefixes.length > 0 ? [`without ${code(unsetPrefixes.map((prefix) => `${prefix}*`))}`] : []),
    ...(refuse.length > 0 ? [`refusing ${code(refuse.map((trigger) => trigger.replaceAll("|", "\\|")))}`] : []),
    ...(otherwise ? [cell(otherwise)] : []),
  ].join("; ")
}

const row = (surface: Surface) =>
  [
    "",
    `\`${surface.id}\` ${cell(surface.title)}`,
    surface.byDefault,
    cell(surface.writes),
    cell(surface.where),
    surface.exposes.join(", "),
    closing(surface),
    surface.verified,
    inVault(surface.proof),
    "",
  ].join(" | ")

const section = (component: string) => `## ${components[component as Component]}

| surface | by default | writes | where | gives away | closed by | verified | in a vault |
|---|---|---|---|---|---|---|---|
${surfaces
  .filter((surface) => surface.component === component)
  .map((surface) => row(surface).trim())
  .join("\n")}
`

const count = (what: keyof typeof verifications) => surfaces.filter(({ verified }) => verified === what).length

const vaults = (outcome: string) => surfaces.filter(({ proof }) => proof?.vault === outcome).length

/** docs/surfaces.md is written by `npx vitest run test/page.test.ts --update`. */
it("docs/surfaces.md lists every surface", async () => {
  const page = `# Surfaces

The ${surfaces.length} known ways in which drivers, runtimes and systems write or expose a model in the clear, from the data of [\`@strongroom/surfaces\`](../packages/surfaces), which has their variables, versions, evidence and sources too (\`explain(id)\`).

${Object.entries(verifications)
  .map(([name, text]) => `- **${name}** (${count(name as keyof typeof verifications)}): ${text}.`)
  .join("\n")}

A vault doesn't rely on this list: its environment is built from nothing, and it can write only into a directory of its own. "In a vault" says what tests showed: a surface whose leak was shown on an unprotected process, and from which nothing came when the same was tried on a vault, by an attack of [attacks.md](attacks.md) or by a test of the package (${vaults("harmless")}), or that this has not been tried (${surfaces.length - vaults("harmless")}).

${Object.keys(components).map(section).join("\n")}`
  await expect(page).toMatchFileSnapshot(fileURLToPath(new URL("../../../docs/surfaces.md", import.meta.url)))
})

it("the README says how many there are", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
  expect(readme).toContain(`as data: ${surfaces.length} ways`)
})
