// Adds up what the test runners wrote, so that one line says how it went.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { availableParallelism, totalmem } from "node:os"
import { join, relative } from "node:path"
import { root } from "./setup.mjs"

const folders = () =>
  ["packages", "apps"].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => ({ name: `${group}/${name}`, path: join(root, group, name) })),
  )

/** The packages and apps that have tests. */
export const tested = () => folders().filter(({ path }) => existsSync(join(path, "vitest.config.ts")))

/** Forgets the earlier results of `some` of them, so that a package whose tests did not run can't pass. */
export function forget(some) {
  for (const { path } of some) rmSync(join(path, ".results"), { recursive: true, force: true })
}

/** What the test runner wrote for each of `some`: passed, failed and skipped tests. One without results has failed. */
export const collect = (some) =>
  some.map((one) => {
    const result = resultOf(one)
    const [passed, skipped] = result ? [result.numPassedTests, result.numPendingTests + result.numTodoTests] : [0, 0]
    const failed = failuresOf(one).length
    console.log(`  ${one.name.padEnd(32)} ${passed} passed, ${failed} failed, ${skipped} skipped`)
    return { name: one.name, passed, failed, skipped }
  })

/** Says which tests of `some` failed, and in a few lines why: turbo's output above says it in full, but is long. */
export function sayFailures(some) {
  for (const { test, why } of some.flatMap(failuresOf)) {
    const lines = why.split("\n").filter((line) => !line.includes("/node_modules/"))
    console.log([`\nFailed: ${test}`, ...lines.slice(0, 15)].join("\n"))
  }
}

function resultOf({ path }) {
  const file = join(path, ".results/vitest.json")
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined
}

function failuresOf({ name, path }) {
  const result = resultOf({ path })
  if (result === undefined) return [{ test: name, why: "Its tests wrote no result." }]
  return result.testResults.flatMap((file) => {
    const at = `${name}/${relative(path, file.name)}`
    const failed = file.assertionResults.filter(({ status }) => status === "failed")
    // A file that can't be loaded has failed without a test that has.
    if (failed.length === 0) return file.status === "failed" ? [{ test: at, why: file.message }] : []
    return failed.map(({ fullName, failureMessages }) => ({
      test: `${at}: ${fullName}`,
      why: failureMessages.join("\n"),
    }))
  })
}

/** The sums of `rows`. */
export function sums(rows) {
  const sum = (of) => rows.reduce((total, row) => total + row[of], 0)
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") }
}

/**
 * Writes `rows` of a full run, each with its date and machine, to docs/results/test-full.json, to be committed. Rows of
 * what wasn't run now stay, as long as `known` has their names.
 */
export function record(rows, known) {
  const file = join(root, "docs/results/test-full.json")
  const before = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).suites : {}
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  const machine = `${process.platform}-${process.arch}, Node ${process.versions.node}, ${availableParallelism()} cores, ${memory}`
  const date = new Date().toISOString()
  const now = Object.fromEntries(rows.map(({ name, ...counts }) => [name, { date, machine, ...counts }]))
  const all = { ...before, ...now }
  const suites = Object.fromEntries(known.filter((name) => all[name]).map((name) => [name, all[name]]))
  writeFileSync(file, `${JSON.stringify({ ...sums(Object.values(suites)), suites }, null, 2)}\n`)
}
