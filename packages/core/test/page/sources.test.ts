import { randomBytes } from "node:crypto"
import { missingChromium } from "@strongroom/test-machine"
import type { TestBrowser, TestPage } from "@strongroom/test-machine/browser"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { recipient } from "../support/sealed.js"
import { hexDigest, type Module, sealRandom, shippedAs, startPages } from "./browser.js"

const missing = missingChromium()

describe.skipIf(missing)(`sources in a page${missing ? ` (${missing})` : ""}`, () => {
  const plaintext = randomBytes(500_000)
  let browser: TestBrowser
  let page: TestPage
  let length = 0
  const sealing = sealRandom(plaintext)
  const shipped = async (url: string) => shippedAs(url, await sealing)

  beforeAll(async () => {
    browser = await startPages()
    const { bytes } = await sealing
    length = bytes.length
    browser.server.files.set("/ranges", { bytes }).set("/whole", { bytes, ranges: false })
    browser.server.files.set("/slow", { bytes, ranges: false, pause: 50 })
    page = await browser.open()
  })
  afterAll(() => browser?.close())

  it.each([
    ["http", "/ranges"],
    ["download", "/ranges"],
    ["download", "/whole"],
    ["download", "/slow"],
    ["stream", "/whole"],
    ["stream", "/slow"],
    ["blob", "/whole"],
  ] as const)("%s reads %s", async (kind, url) => {
    const { outcome, heard } = await page.call<Module, "openFrom">(
      "openFrom",
      kind,
      await shipped(url),
      recipient.identity,
    )
    expect(outcome).toBe(hexDigest(plaintext))
    const most = Math.max(0, ...heard)
    // Ranges may repeat: the first request brings what later ones bring again.
    if (kind === "blob") expect(most).toBe(0)
    else expect(most).toBeGreaterThanOrEqual(kind === "http" || url === "/ranges" ? plaintext.length : length)
    if (url !== "/ranges") expect(most).toBeLessThanOrEqual(length)
  })

  it("refuses a server without ranges, unless it is to download, and says what it lacks", async () => {
    const open = async (url: string) =>
      (await page.call<Module, "openFrom">("openFrom", "http", await shipped(url), recipient.identity)).outcome
    expect(await open("/whole")).toBe("source-ranges")
    expect(await open("/nothing")).toBe("source-missing")
    expect(await open("/page.js")).toBe("not-sealed-model")
  })

  it("stops a download when it is told to", async () => {
    const [outcome, received] = await page.call<Module, "stopAfter">(
      "stopAfter",
      100_000,
      await shipped("/slow"),
      recipient.identity,
    )
    expect(outcome).toBe("AbortError")
    expect(received).toBeGreaterThanOrEqual(100_000)
    expect(received).toBeLessThan(length)
  })
})
