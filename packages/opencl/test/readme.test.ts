/** The README's code, run as a newcomer would. */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const packageRoot = fileURLToPath(new URL("..", import.meta.url))
const code = /```js\n([\s\S]*?)```/.exec(readFileSync(new URL("../README.md", import.meta.url), "utf8"))?.[1] ?? ""

it.each([
  ["module", code],
  ["commonjs", code.replace(/^import \* as cl from (".*")$/m, "const cl = require($1)")],
])("the README's code runs as %s", (type, source) => {
  const printed = execFileSync(process.execPath, [`--input-type=${type}`, "-e", source], {
    cwd: packageRoot,
    encoding: "utf8",
  })
  expect(printed.trim().split("\n").at(-1)).toBe("2.5 5 7.5 10")
})
