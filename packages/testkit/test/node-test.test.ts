import { spawnSync } from "node:child_process"
import * as nodeTest from "node:test"
import { fileURLToPath } from "node:url"
import type { Runner } from "@strongroom/testkit"
import { describe, expect, it } from "vitest"

const fixture = fileURLToPath(new URL("./fixtures/node-test.mjs", import.meta.url))

describe("node:test", () => {
  it("is a runner, also for TypeScript", () => {
    const runner: Runner = { describe: nodeTest.describe, it: nodeTest.it }
    expect(runner.it).toBe(nodeTest.it)
  })

  it("runs the suite, and skips the declared gaps", () => {
    const { stdout, status } = spawnSync(process.execPath, ["--test-reporter=tap", "--test", fixture], {
      encoding: "utf8",
    })
    expect(stdout).toMatch(/^# pass 45$/m)
    expect(stdout).toMatch(/^# skipped 21$/m)
    expect(status).toBe(0)
  })
})
