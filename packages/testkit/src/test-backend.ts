import assert from "node:assert/strict"
import type { Backend } from "@strongroom/core/backend"
import { conformanceCases } from "./cases/index.js"
import { openSuite, type Suite } from "./suite.js"
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

export interface TestBackendOptions extends Runner {
  /** Makes the value that an app would name. Called often; always the same. */
  create(): Backend
  /** How many cases this backend runs, and how many its capabilities skip: pinned, so that none is lost unnoticed. */
  readonly cases: { readonly run: number; readonly skipped: number }
  /** For kinds of models that the testkit doesn't write. Default: none. ONNX and TensorFlow.js graphs are there. */
  readonly writers?: readonly ModelWriter[]
}

/**
 * Declares the conformance suite of spec/backend.md for one backend: a test for each case, and a last one that prints
 * the declared gaps and compares the numbers with `cases`. Importing the backend, starting its engine and making models
 * happens when the tests run.
 */
export function testBackend({ describe, it, create, cases, writers = [] }: TestBackendOptions): void {
  const { name } = create()
  describe(`${name}: conformance`, () => {
    let suite: Promise<Suite> | undefined
    const ran: string[] = []
    const gaps: string[] = []
    for (const conformanceCase of conformanceCases) {
      it(`${conformanceCase.id}: ${conformanceCase.title}`, async function (this: unknown, ...context: unknown[]) {
        suite ??= openSuite(create, [onnxWriter, tfjsWriter, ...writers])
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

/** Tells the runner: vitest and node:test by the context that they give, mocha by `this`. */
function skip(self: unknown, context: readonly unknown[]): void {
  for (const place of [context[0], self]) {
    if (typeof place !== "object" || place === null || !("skip" in place)) continue
    if (typeof place.skip === "function") return void place.skip()
  }
}
