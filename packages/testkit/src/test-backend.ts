import type { Backend } from "@strongroom/core/backend"
import * as assert from "./assert.js"
import type { ConformanceCase } from "./cases/conformance-case.js"
import { conformanceCases } from "./cases/index.js"
import { openSuite } from "./open-suite.js"
import type { Suite } from "./suite.js"
import type { OpenVault } from "./vault-place.js"
import type { ModelWriter } from "./write/model-writer.js"
import { onnxWriter } from "./write/onnx.js"
import { tfjsWriter } from "./write/tfjs.js"

/** A test's body. What a runner hands it, or calls it on, may have `skip()`. */
export type TestBody = (this: unknown, ...context: unknown[]) => Promise<void>

/** As much of a test runner as the suite needs: vitest, node:test and mocha have it. Tests of a `describe` run in order. */
export interface Runner {
  describe(title: string, body: () => void): unknown
  it(title: string, body: TestBody): unknown
}

export interface TestSuiteOptions extends Runner {
  /** What is tested: stands before the titles. */
  readonly name: string
  /** Called when the first test runs. The suite is closed by the last one. */
  open(): Promise<Suite>
  /**
   * How many cases run, and how many the engine's capabilities and the place leave out: pinned, so that none is lost
   * unnoticed.
   */
  readonly cases: { readonly run: number; readonly skipped: number }
  /** Ids of the cases that are declared, for a place that is too slow for all of them at any time. Default: all. */
  readonly only?: readonly string[]
}

/**
 * Declares a test for each case of the suite, wherever it is open, and a last one that prints what was left out and compares
 * the numbers with `cases`.
 */
export function testSuite({ describe, it, name, open, cases, only }: TestSuiteOptions): void {
  const chosen = chosenCases(only)
  describe(`${name}: conformance`, () => {
    let suite: Promise<Suite> | undefined
    const ran: string[] = []
    const gaps: string[] = []
    for (const conformanceCase of chosen) {
      it(`${conformanceCase.id}: ${conformanceCase.title}`, async function (this: unknown, ...context: unknown[]) {
        suite ??= open()
        const demanded = await (await suite).run(conformanceCase)
        ;(demanded ? ran : gaps).push(conformanceCase.id)
        if (!demanded) skip(this, context)
      })
    }
    it("counts its cases", async () => {
      await (await suite)?.close()
      console.log(`${name}: ${ran.length} cases run, ${gaps.length} declared gaps: ${gaps.join(", ") || "none"}`)
      assert.deepStrictEqual({ run: ran.length, skipped: gaps.length }, { ...cases })
    })
  })
}

export interface TestBackendOptions extends Runner, Pick<TestSuiteOptions, "cases" | "only"> {
  /** Makes the value that an app would name. Called often; always the same. */
  create(): Backend
  /** For kinds of models that the testkit doesn't write. Default: none. ONNX and TensorFlow.js graphs are there. */
  readonly writers?: readonly ModelWriter[]
  /**
   * `openVault` of `@strongroom/vault`: models are loaded in vaults, and cases that call the engine itself or look into its
   * host's folder are left out. Default: everything is in this process.
   */
  readonly openVault?: OpenVault
}

/**
 * Declares the conformance suite of spec/backend.md for one backend: see {@link testSuite}. Importing the backend, starting
 * its engine and making models happens when the tests run.
 */
export function testBackend({ create, writers = [], openVault, ...others }: TestBackendOptions): void {
  testSuite({
    ...others,
    name: openVault ? `${create().name} in a vault` : create().name,
    open: () => openSuite(create, [onnxWriter, tfjsWriter, ...writers], openVault),
  })
}

/** @throws RangeError for an id that no case has. */
function chosenCases(only: readonly string[] | undefined): readonly ConformanceCase[] {
  if (only === undefined) return conformanceCases
  const unknown = only.find((id) => !conformanceCases.some((each) => each.id === id))
  if (unknown !== undefined) throw new RangeError(`There is no case ${JSON.stringify(unknown)}.`)
  return conformanceCases.filter(({ id }) => only.includes(id))
}

/** Tells the runner: vitest and node:test by the context that they give, mocha by `this`. */
function skip(self: unknown, context: readonly unknown[]): void {
  for (const place of [context[0], self]) {
    if (typeof place !== "object" || place === null || !("skip" in place)) continue
    if (typeof place.skip === "function") return void place.skip()
  }
}
