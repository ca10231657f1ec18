import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { launchChromium, type Page } from "@strongroom/test-machine/browser"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { endServers, nothing, serve } from "./serve.js"

const box = [
  [10, 10],
  [60, 10],
  [60, 30],
  [10, 30],
] as const
const lines = ["Total 12.50", "Thank you"].map((text, i) => ({ text, confidence: 0.99 - 0.2 * i, box }))
const found = { width: 100, height: 80, lines, madeReady: 0 }

const report = {
  format: "strongroom-report/1",
  backend: { name: "onnxruntime", version: "1.30.0", device: "the CPU" },
  cachePolicy: "sealed",
  guarantees: [
    { id: "one", title: "Nothing is seen", state: "observed", mechanism: "It was looked for.", evidence: {} },
    { id: "two", title: "Nothing is written", state: "enforced", mechanism: "A filter.", evidence: { calls: 3 } },
  ],
}

describe("the page, in a browser", () => {
  let profile: string
  let browser: Awaited<ReturnType<typeof launchChromium>>
  beforeAll(async () => {
    profile = await mkdtemp(join(tmpdir(), "strongroom-page-"))
    browser = await launchChromium(profile)
    await browser.grantPermissions(["clipboard-read", "clipboard-write"])
  })
  afterAll(async () => {
    await browser?.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  })
  afterEach(endServers)

  /** A tab, and what went wrong in it. */
  async function open(...readers: Parameters<typeof serve>): Promise<{ page: Page; problems: string[] }> {
    const page = await browser.newPage()
    const problems: string[] = []
    page.on("pageerror", (error) => problems.push(error.message))
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()))
    page.setDefaultTimeout(60_000)
    await page.goto(await serve(...readers))
    return { page, problems }
  }

  const deskBecomes = (page: Page, state: string) => page.waitForSelector(`#desk[data-state="${state}"]`)

  it("reads the sample, marks a line and its box together, and copies the text", async () => {
    const { page, problems } = await open({ read: async () => found })
    await page.getByRole("button", { name: "Try the sample receipt" }).click()
    await deskBecomes(page, "result")
    expect(await page.locator("#lines .words").allTextContents()).toEqual(lines.map(({ text }) => text))
    expect(await page.locator("#lines .sure").allTextContents()).toEqual(["99%", "79%"])
    expect(await page.locator("#summary").textContent()).toMatch(/^2 lines in \d.* 100 × 80 pixels$/)
    await page.locator("#lines button").first().focus()
    await page.keyboard.press("ArrowDown")
    expect(
      await page.locator("#boxes polygon").evaluateAll((all) => all.map(({ classList }) => classList.value)),
    ).toEqual(["", "active"])
    await page.locator("#copy").click()
    await page.locator("#copy", { hasText: "Copied" }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("Total 12.50\nThank you")
    expect(problems).toEqual([])
  })

  it("shows the chosen engine's report, with what it counts on", async () => {
    const { page, problems } = await open(
      { report: async () => report as never },
      { report: async () => report as never },
    )
    await page.locator("#vault[data-state=open]").waitFor()
    expect(await page.locator("#report-summary").textContent()).toBe(
      "1 enforced, 1 observed. Engine: onnxruntime, 1.30.0, the CPU; cache policy: sealed.",
    )
    expect(await page.locator("#guarantees > li").evaluateAll((all) => all.map(({ id }) => id))).toEqual(["two", "one"])
    expect(await page.locator("#two pre").textContent()).toBe(JSON.stringify({ calls: 3 }, null, 2))
    expect(await page.locator("#report-data").getAttribute("href")).toBe("/api/report?engine=usual")
    expect(problems).toEqual([])
  })

  it("reads the same picture with another engine, and says whether the text is the same", async () => {
    const other = { ...found, lines: lines.slice(1) }
    const { page, problems } = await open({ read: async () => found }, { read: async () => other })
    await page.getByRole("button", { name: "Try the sample receipt" }).click()
    await deskBecomes(page, "result")
    await page.locator("input[value=other]").check()
    await page.locator("#more-other", { hasText: "another text than Usual" }).waitFor()
    expect(await page.locator("#lines .words").allTextContents()).toEqual(["Thank you"])
    expect(problems).toEqual([])
  })

  it("says what went wrong, and that there was nothing to read", async () => {
    let next: () => Promise<typeof found> = async () => ({ ...nothing, lines: [] })
    const { page } = await open({ read: () => next() })
    await page.getByRole("button", { name: "Try the sample receipt" }).click()
    await deskBecomes(page, "result")
    expect(await page.locator("#problem").textContent()).toBe("No text was found in this picture.")
    next = async () => {
      throw new Error("something that nobody foresaw")
    }
    await page.getByRole("button", { name: "Sample" }).click()
    await deskBecomes(page, "problem")
    expect(await page.locator("#problem").isVisible()).toBe(true)
    expect(await page.locator("#problem").textContent()).not.toContain("foresaw")
  })
})
