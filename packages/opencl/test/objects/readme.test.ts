/** The README's code for the object layer, run as a newcomer would. */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const cwd = fileURLToPath(new URL("../..", import.meta.url))
const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8")
const blocks = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, block]) => block ?? "")
const code = blocks.find((block) => block.includes("@strongroom/opencl/objects")) ?? ""
const required = code.replace(/^import (\{.*\}) from (".*")$/m, "const $1 = require($2)")

it.each([
  ["module", code],
  ["commonjs", `(async () => {${required}})()`],
])("runs as %s", (type, source) => {
  const printed = execFileSync(process.execPath, [`--input-type=${type}`, "-e", source], { cwd, encoding: "utf8" })
  expect(printed).toBe("2.5 5 7.5 10\n")
})
