import { spawn, spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ordinaryUser } from "../ordinary-user.js"
import { ptraceDenied } from "./machine.js"
import { needlesIn, scan } from "./scan.js"
import { type Stage, setStage } from "./stage.js"
import { entropy, makeReport, makeSearch, needlesOf, searchFile } from "./tools/scan.mjs"

describe.runIf(process.platform === "linux")("the scanner", () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await setStage()
  })
  afterAll(() => stage?.close())

  it("seeks all windows of the weights, which have at least 7 bits of entropy a byte", () => {
    const { windows } = needlesOf(stage.needles)
    expect(windows).toBe(stage.needles.windows.length)
    for (const hex of stage.needles.windows) expect(entropy(Buffer.from(hex, "hex"))).toBeGreaterThanOrEqual(7)
    expect(entropy(Buffer.alloc(256))).toBe(0)
    expect(entropy(Buffer.from(Uint8Array.from({ length: 256 }, (_, index) => index)))).toBe(8)
  })

  it("leaves out windows that could be anybody's, and says so", () => {
    const dull = Buffer.from("the same text again and again. ".repeat(9)).subarray(0, 256).toString("hex")
    expect(needlesOf({ secrets: [], windows: [dull, stage.needles.windows[0] ?? ""] }).windows).toBe(1)
  })

  it("finds what is planted in a file, wherever it lies in it", () => {
    const secret = randomBytes(32)
    const search = makeSearch([{ name: "secret", bytes: secret }])
    const file = join(stage.folder, "planted")
    // At each place of a word and a stride, at the file's end, and across the border of two pieces.
    const piece = 8 * 2 ** 20
    const places = [
      ...Array.from({ length: 20 }, (_, index) => 4096 + index),
      0,
      piece - 16,
      piece - 1,
      piece - 31,
      piece + 500,
    ]
    for (const at of places) {
      const bytes = Buffer.alloc(at + secret.length)
      secret.copy(bytes, at)
      writeFileSync(file, bytes)
      const report = makeReport()
      searchFile(file, search, report)
      expect([at, report.found.length]).toEqual([at, 1])
    }
    const report = makeReport()
    writeFileSync(file, randomBytes(2 ** 20))
    searchFile(file, search, report)
    expect(report.found).toEqual([])
  })

  it("finds each kind of needle in a user's file, and nothing where nothing is", () => {
    const folder = stage.makeFolder("planted")
    expect(needlesIn(scan(stage, [folder]))).toEqual([])
    for (const { name, hex } of stage.needles.secrets) {
      writeFileSync(join(folder, "file"), Buffer.concat([randomBytes(1001), Buffer.from(hex, "hex"), randomBytes(77)]))
      stage.handOver()
      expect(needlesIn(scan(stage, [folder]))).toContain(name)
    }
    writeFileSync(join(folder, "file"), Buffer.from(stage.needles.windows[7] ?? "", "hex"))
    stage.handOver()
    expect(scan(stage, [folder])).toMatchObject({
      windows: 32,
      found: [{ needle: "weights", where: join(folder, "file") }],
    })
  })

  it.skipIf(ptraceDenied !== undefined)("finds what is planted in another process's memory", async () => {
    const window = stage.needles.windows[3]
    const program = `const held = Buffer.from(process.argv[1].split("").reverse().join(""), "hex"); console.log(held.length); setInterval(() => held, 1000)`
    // Written backwards, so that only the process's own buffer holds it.
    const child = spawn(process.execPath, ["-e", program, [...(window ?? "")].reverse().join("")], {
      ...ordinaryUser,
      cwd: stage.home,
      env: { HOME: stage.home },
      stdio: ["ignore", "pipe", "inherit"],
    })
    try {
      await once(child.stdout, "data")
      const { found, processes } = scan(stage, [], true)
      expect(processes).toContain(child.pid)
      expect(found).toContainEqual({ needle: "weights", where: `process ${child.pid}` })
    } finally {
      child.kill("SIGKILL")
    }
  })

  it("as a command says in words what it sought, where, and what it found", () => {
    const request = { ...stage.needles, roots: [stage.tools], since: 0, except: [], memory: false }
    const { stdout } = spawnSync(process.execPath, [join(stage.tools, "scan.mjs"), "--text"], {
      input: JSON.stringify(request),
      encoding: "utf8",
    })
    expect(stdout).toMatch(
      /^Sought 32 windows of weights of at least 7 bits of entropy a byte, and \d+ keys, in \d+ files/,
    )
    expect(stdout).toContain("Found nothing.")
  })
})
