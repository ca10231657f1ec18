import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { importPath } from "@strongroom/core/node"
import { missingDriver, optionsFor } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { expect, it } from "vitest"

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
const block = (language: string) => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(readme)?.[1] ?? ""

const why = missingDriver("pocl")

it.skipIf(why)(
  `the README's bundle, sealed, gives what its code prints${why ? ` (not here: ${why})` : ""}`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "strongroom-test-"))
    try {
      const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content)
      write("gain.cl", block("c"))
      write("bundle.json", block("json"))
      await using model = await importPath(join(folder, "bundle.json"))
      const { bytes, identity, keys } = await (await createPublisher()).ship(model)
      write("gain.sealed", bytes)
      write("gain.grant", keys.grant as Uint8Array)
      write("alice.key", identity)
      write("publisher.pub", String(keys.trust[0]))
      // On the tests' driver; in the package, which then is its own dependency.
      const code = block("js").replace("opencl()", `opencl(${JSON.stringify(optionsFor("pocl"))})`)
      const results = fileURLToPath(new URL("../.results/", import.meta.url))
      mkdirSync(results, { recursive: true })
      writeFileSync(join(results, "readme.mjs"), code)
      const printed = execFileSync(process.execPath, [join(results, "readme.mjs")], { cwd: folder, encoding: "utf8" })
      expect(`console.log(${/console\.log\((.*)\) \/\/ /.exec(code)?.[1]}) // ${printed.trim()}`).toBe(
        /console\.log\(.*/.exec(code)?.[0],
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)

it("the README has an option for each that there is", () => {
  const source = readFileSync(new URL("../src/options.ts", import.meta.url), "utf8")
  const [, members = ""] = /interface OpenclOptions \{(.*?)\n\}/s.exec(source) ?? []
  const options = [...members.matchAll(/^ {2}readonly (\w+)\?/gm)].map(([, name]) => name)
  const rows = [...readme.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name)
  expect(options.length).toBeGreaterThan(4)
  expect(rows.filter((name) => name !== "driver")).toEqual(options)
})
