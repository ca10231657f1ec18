// The whole, as `npm start` runs it: its own processes, real sealed models in a real vault.
import { execFile } from "node:child_process"
import { once } from "node:events"
import { cp, readFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { applications, receipt } from "./start-application.js"

const checkScript = fileURLToPath(new URL("../scripts/check.mjs", import.meta.url))
let root: string
let startApplication: Awaited<ReturnType<typeof applications>>["start"]
let end: () => Promise<void>

beforeAll(async () => {
  ;({ root, start: startApplication, end } = await applications())
})

afterAll(() => end())

async function read(base: string, body: BodyInit, signal?: AbortSignal) {
  const response = await fetch(`${base}/api/read`, { method: "POST", body, ...(signal && { signal }) })
  return { status: response.status, ...((await response.json()) as { lines: { text: string; box: number[][] }[] }) }
}

describe("the application", () => {
  let base: string
  let first: ReturnType<typeof startApplication>

  beforeAll(async () => {
    first = startApplication(join(root, "files"), "0")
    base = await first.ready
  })

  it("reads the sample receipt, every line of it, in order", async () => {
    const { status, lines } = await read(base, await readFile(receipt))
    expect(status).toBe(200)
    const items = [
      ["Sourdough loaf", "4.20"],
      ["Oat milk 1 L", "2.35"],
      ["Comte cheese 240 g", "7.80"],
      ["Tomatoes 0.8 kg", "3.12"],
      ["Peach jam 300 g", "9.90"],
      ["Dark chocolate", "2.75"],
      ["Espresso beans", "8.40"],
      ["Basil in a pot", "1.95"],
    ]
    expect(lines.map(({ text }) => text)).toEqual([
      "CORNER PANTRY",
      "14 Harbour Lane, Porto Azul",
      "Tel. 555 0142 836",
      ...["Receipt 20417", "2026-03-14 09:26"],
      ...items.flat(),
      ...["TOTAL EUR", "40.47"],
      ...["Card payment", "40.47"],
      "Thank you, see you soon!",
      "Returns within 30 days",
      "www.cornerpantry.example",
    ])
    // Where TOTAL EUR stands in the picture.
    const [[left = 0, top = 0] = []] = lines.find(({ text }) => text === "TOTAL EUR")?.box ?? []
    expect(Math.hypot(left - 141, top - 750)).toBeLessThan(8)
  })

  it("passes the check that is run from outside", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [checkScript, base, "--seed", "7"])
    expect(stdout).toMatch(/4 passed, 0 failed\n$/)
  })

  it("gives the same answer to pictures that are read at the same time", async () => {
    const picture = await readFile(receipt)
    const answers = await Promise.all([1, 2, 3].map(() => read(base, picture)))
    expect(answers[1]?.lines).toEqual(answers[0]?.lines)
    expect(answers[2]?.lines).toEqual(answers[0]?.lines)
  })

  it("refuses what isn't a picture and goes on", async () => {
    expect((await read(base, "not a picture")).status).toBe(415)
    const leaving = read(base, await readFile(receipt), AbortSignal.timeout(150))
    await expect(leaving).rejects.toMatchObject({ name: "TimeoutError" })
    expect((await read(base, await readFile(receipt))).status).toBe(200)
  })

  it("reports a vault, and doesn't boast", async () => {
    const report = await (await fetch(`${base}/api/report`)).json()
    expect(report).toMatchObject({ format: "strongroom-report/1", place: "vault", backend: { name: "onnxruntime" } })
    const states = report.guarantees.map(({ state }: { state: string }) => state)
    expect(new Set(states).size).toBeGreaterThan(1)
  })

  it("tells in one line of a port in use, exits with 1 and touches nothing", async () => {
    const holder = createServer().listen(0, "127.0.0.1")
    await once(holder, "listening")
    const { port } = holder.address() as AddressInfo
    const { code, printed } = await startApplication(join(root, "untouched"), String(port)).ended
    holder.close()
    expect(code).toBe(1)
    expect(printed).toMatch(new RegExp(`^Port ${port} is in use: .*STRONGROOM_DEMO_PORT=\\d+ npm start\\n$`))
    await expect(readFile(join(root, "untouched"))).rejects.toMatchObject({ code: "ENOENT" })
  })

  it("tells in one line of a port that is none", async () => {
    const { code, printed } = await startApplication(join(root, "untouched"), "eighty").ended
    expect(code).toBe(1)
    expect(printed).toMatch(/^A port is a number from 0 to 65535, not "eighty": set STRONGROOM_DEMO_PORT\n$/)
  })

  it.skipIf(process.platform === "win32")(
    "closes at Ctrl-C, leaves no process, and keeps what was sealed",
    async () => {
      const vaults = await childrenOf(first.child.pid)
      expect(vaults.length).toBeGreaterThan(0)
      first.child.kill("SIGINT")
      const { code, printed } = await first.ended
      expect([code, printed]).toEqual([0, expect.stringMatching(/Stopped: the vault is closed\n$/)])
      for (const pid of vaults) expect(() => process.kill(pid, 0)).toThrow("ESRCH")

      await cp(join(root, "files", "delivery"), join(root, "before"), { recursive: true })
      const second = startApplication(join(root, "files"), "0")
      await second.ready
      second.child.kill("SIGTERM")
      expect(await second.ended).toMatchObject({
        code: 0,
        printed: expect.stringContaining("verified detector, classifier, recogniser"),
      })
      const sealed = (folder: string) => readFile(join(root, folder, "detector.sealed"))
      expect((await sealed("before")).equals(await sealed(join("files", "delivery")))).toBe(true)
    },
  )
})

async function childrenOf(pid = 0): Promise<number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid="])
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
  return rows.filter(([, parent]) => parent === pid).map(([child = 0]) => child)
}
