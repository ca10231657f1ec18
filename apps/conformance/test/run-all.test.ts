import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, expect, it } from "vitest"
import type { Case } from "../src/case.js"
import type { Verdict } from "../src/result.js"
import { runAll } from "../src/run-all.js"
import { writeCase } from "./write-case.js"

const root = mkdtempSync(join(tmpdir(), "conformance-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const spoil = fileURLToPath(new URL("./fixtures/spoil.cjs", import.meta.url))
const options = { engine: "onnxruntime", environment: { NODE_OPTIONS: `--require ${spoil}` }, secondsPerCase: 5 }

async function verdictsOf(cases: readonly Case[], processes: number): Promise<Record<string, Verdict>> {
  const verdicts: Record<string, Verdict> = {}
  await runAll(cases, options, processes, ({ name }, verdict) => {
    verdicts[name] = verdict
  })
  return verdicts
}

const relu = (name: string, output: readonly number[]) => writeCase(root, name, "Relu", [-1, 0, 1, 2], output)

it("what is right passes; what is wrong fails and says by how much; what the engine lacks is declined", async () => {
  const cases = [
    relu("right", [0, 0, 1, 2]),
    relu("within", [0, 0, 1.0005, 2]),
    relu("wrong", [0, 0, 1.5, 2]),
    relu("longer", [0, 0, 1, 2, 0]),
    writeCase(root, "unheard", "Unheard", [1], [1]),
  ]
  const verdicts = await verdictsOf(cases, 1)
  expect(verdicts.right).toEqual({ outcome: "passed", difference: 0 })
  expect(verdicts.within?.outcome).toBe("passed")
  expect(verdicts.within?.difference).toBeCloseTo(0.0005, 6)
  expect(verdicts.wrong).toMatchObject({ outcome: "failed", difference: 0.5 })
  expect(verdicts.longer).toMatchObject({ outcome: "failed", reason: expect.stringContaining("[4], not [5]") })
  expect(verdicts.unheard).toMatchObject({ outcome: "declined", reason: expect.stringContaining("Unheard") })
})

it("a case that ends its process, or never ends, fails alone", async () => {
  const names = ["before", "crash", "between", "hang", "after"]
  const cases = names.map((name) => relu(name, [0, 0, 1, 2]))
  const verdicts = await verdictsOf(cases, 2)
  expect(verdicts.crash).toEqual({ outcome: "failed", reason: "its process ended (SIGABRT)." })
  expect(verdicts.hang).toEqual({ outcome: "failed", reason: "it took more than 5 seconds." })
  for (const name of ["before", "between", "after"]) expect(verdicts[name]?.outcome).toBe("passed")
})
