// Adds up what the test runners wrote, so that one line says how it went.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { availableParallelism, release, totalmem } from "node:os"
import { join } from "node:path"
import { root } from "./setup.mjs"

const folders = () =>
  ["packages", "apps"].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => ({ name: `${group}/${name}`, path: join(root, group, name) })),
  )

/** The packages and apps that have tests. */
export const tested = () => folders().filter(({ path }) => existsSync(join(path, "vitest.config.ts")))

/** Forgets earlier results, so that a package whose tests did not run can't pass. */
export function forget() {
  for (const { path } of tested()) rmSync(join(path, ".results"), { recursive: true, force: true })
}

/** Passed, failed and skipped tests of every package. A package without results has failed. */
export function collect() {
  const total = { passed: 0, failed: 0, skipped: 0, packages: {} }
  for (const { name, path } of tested()) {
    const file = join(path, ".results/vitest.json")
    const result = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined
    const [passed, failed, skipped] = result
      ? [result.numPassedTests, result.numFailedTests, result.numPendingTests + result.numTodoTests]
      : [0, 1, 0]
    // A test file that can't be loaded fails as a suite and counts no test.
    const broken = result && !result.success && failed === 0 ? 1 : 0
    console.log(`  ${name.padEnd(32)} ${passed} passed, ${failed + broken} failed, ${skipped} skipped`)
    total.packages[name] = { passed, failed: failed + broken, skipped }
    total.passed += passed
    total.failed += failed + broken
    total.skipped += skipped
  }
  return total
}

/** Writes the dated record of a full run to docs/results, to be committed. */
export function record(name, result) {
  const machine = {
    platform: `${process.platform}-${process.arch}`,
    kernel: release(),
    node: process.versions.node,
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  }
  mkdirSync(join(root, "docs/results"), { recursive: true })
  const text = JSON.stringify({ date: new Date().toISOString(), machine, ...result }, null, 2)
  writeFileSync(join(root, "docs/results", `${name}.json`), `${text}\n`)
}
