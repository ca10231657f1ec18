import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const script = fileURLToPath(new URL("support/bounded-memory.mjs", import.meta.url))
const mebibyte = 2 ** 20
// 192 MiB of model takes a second or two; the full suite takes the size that is promised.
const size = process.env.STRONGROOM_FULL ? 1024 : 192

// WebCrypto gives every segment in new memory, and V8 lets up to 64 MiB of that wait before it collects it.
it.each([
  ["node", 64],
  ["portable", 128],
] as const)(`with %s, sealing, verifying and reading ${size} MiB holds at most %i MiB`, (set, limit) => {
  const output = execFileSync(process.execPath, ["--expose-gc", script, String(size), set], { encoding: "utf8" })
  const results = output
    .trim()
    .split("\n")
    .map((line): { name: string; growth: number } => JSON.parse(line))
  const large = results.filter(({ name }) => name.startsWith("large"))
  expect(large.map(({ name }) => name)).toEqual(["large seal", "large verify", "large open"])
  for (const { name, growth } of large) expect(growth, name).toBeLessThanOrEqual(limit * mebibyte)
})
