import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { describe, expect, it } from "vitest"
import { publisherId } from "../src/trust/keys.js"
import { bothCryptographies } from "./support/cryptography.js"
import { manifestBytesOf } from "./support/manifest-bytes.js"
import { modelOf, pattern, publisher, recipient, sealInMemory } from "./support/sealed.js"
import { vectorsFolder } from "./support/vector.js"

const canRun = (command: string | undefined) =>
  command !== undefined && spawnSync(command, ["-c", "import cryptography"]).status === 0

/** A Python for the second reader, vectors/make.py, which needs the package `cryptography`. */
const python = [process.env.STRONGROOM_PYTHON, "python3"].find(canRun)

// Where there is none, these are skipped, and counted as skipped; in CI they fail.
describe.skipIf(python === undefined && !process.env.CI)("the second reader, in Python", () => {
  const run = (given: readonly string[], input: Uint8Array) => {
    if (python === undefined)
      throw new Error("No Python with the package `cryptography`. Set STRONGROOM_PYTHON to one.")
    const { stdout, stderr } = spawnSync(python, given, { cwd: vectorsFolder, input, encoding: "utf8" })
    return stdout + stderr
  }

  it("finds in every vector what it expects", () => {
    expect(run(["make.py", "--check"], new Uint8Array(0))).toMatch(/^[1-9][0-9]* passed, 0 failed\s*$/)
  })

  it.each(bothCryptographies)("opens what is sealed here with $name", async ({ cryptography }) => {
    const parts = [pattern(0), pattern(100), pattern(4096), pattern(9000), pattern(1)]
    const { bytes, keys } = await sealInMemory(modelOf(...parts), { label: "é", release: 3 }, {}, cryptography)
    const sha256 = (data: Uint8Array) => createHash("sha256").update(data).digest("hex")
    const lines = [
      "comment: Sealed by the sealer under test.",
      "operation: open",
      "expect: success",
      `trust: ${publisherId(publisher.publicKey)}`,
      `grant: ${Buffer.from(keys.grant).toString("base64")}`,
      `identity: ${recipient.identity}`,
      "now: 2030-01-01T00:00:00Z",
      `manifest: ${sha256(await manifestBytesOf(bytes, keys, cryptography))}`,
      ...parts.map((part, i) => `part: ${sha256(part)} ${part.length} file part/${i}`),
    ]
    const vector = Buffer.concat([Buffer.from(`${lines.join("\n")}\n\n`), bytes])
    const judge = "import sys; from judge import disagreement; print(disagreement(sys.stdin.buffer.read()))"
    expect(run(["-c", judge], vector).trim()).toBe("None")
  })
})
