import { generateKeyPairSync, randomBytes } from "node:crypto"
import { missingChromium } from "@strongroom/test-machine"
import { filesWith, type TestBrowser, type TestPage } from "@strongroom/test-machine/browser"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { recipient } from "../support/sealed.js"
import { hexDigest, type Module, sealRandom, shippedAs, startPages } from "./browser.js"

const missing = missingChromium()

describe.skipIf(missing)(`the download cache in a page${missing ? ` (${missing})` : ""}`, () => {
  const [plaintext, otherPlaintext] = [randomBytes(2_500_000), randomBytes(1_200_000)]
  let browser: TestBrowser
  let page: TestPage
  const sealing = Promise.all([sealRandom(plaintext), sealRandom(otherPlaintext)])
  const open = async (which: 0 | 1 = 0, maxBytes?: number, name?: string) =>
    page.call<Module, "openCached">(
      "openCached",
      shippedAs(`/model${which}`, (await sealing)[which]),
      recipient.identity,
      maxBytes,
      name,
    )

  beforeAll(async () => {
    browser = await startPages()
    for (const [index, { bytes }] of (await sealing).entries()) browser.server.files.set(`/model${index}`, { bytes })
    page = await browser.open()
  })
  beforeEach(() => page?.call<Module, "clearCache">("clearCache"))
  afterAll(() => browser?.close())

  it("keeps what was fetched, also when the browser is started again, and needs no network then", async () => {
    expect(await open()).toMatchObject({ outcome: hexDigest(plaintext), counts: { kept: 0, fetched: 3 } })
    const before = browser.server.requests.length
    expect(await open()).toMatchObject({
      outcome: hexDigest(plaintext),
      counts: { kept: 3, fetched: 0, offline: false },
    })
    expect(browser.server.requests.slice(before)).toEqual(["GET /model0 bytes=0-65535"])

    await browser.restart()
    page = await browser.open()
    browser.server.files.delete("/model0")
    const { bytes } = (await sealing)[0]
    // A server that answers is believed; one that can't be reached isn't needed.
    expect(await open()).toMatchObject({ outcome: "source-missing" })
    await browser.context.setOffline(true)
    expect(await open()).toMatchObject({ outcome: hexDigest(plaintext), counts: { kept: 3, offline: true } })
    await browser.context.setOffline(false)
    browser.server.files.set("/model0", { bytes })
  })

  it.each(["flip", "cut", "empty", "remove"] as const)("fetches again what somebody changed: %s", async (change) => {
    await open()
    await page.call<Module, "changeKept">("changeKept", "1", change)
    const again = change === "remove" ? { fetched: 1 } : { damaged: 1 }
    expect(await open()).toMatchObject({ outcome: hexDigest(plaintext), counts: { kept: 2, ...again } })
    expect(await open()).toMatchObject({ outcome: hexDigest(plaintext), counts: { kept: 3, fetched: 0, damaged: 0 } })
  })

  it("reads nothing of a giant file that somebody put in a kept one's place", async () => {
    await open()
    await page.call<Module, "changeKept">("changeKept", "1", "giant")
    expect(await page.call<Module, "readWhole">("readWhole", "1")).toBe(2 ** 27)
    const block = await open()
    expect(block).toMatchObject({ outcome: hexDigest(plaintext), counts: { kept: 2, damaged: 1 } })
    await page.call<Module, "changeKept">("changeKept", "front", "giant")
    await browser.context.setOffline(true)
    const offline = await open()
    expect(offline).toMatchObject({ outcome: "source-unreadable" })
    await browser.context.setOffline(false)
    const front = await open()
    expect(front).toMatchObject({ outcome: hexDigest(plaintext), counts: { kept: 0, fetched: 3 } })
    expect(await open()).toMatchObject({ counts: { kept: 3 } })
    for (const { mostRead } of [block, offline, front]) expect(mostRead).toBeLessThanOrEqual(2 ** 20)
    expect(block.mostRead).toBe(2 ** 20)
  })

  it("isn't misled by a front that somebody changed, or by another model under the same name", async () => {
    await open()
    await page.call<Module, "changeKept">("changeKept", "front", "flip")
    expect(await open()).toMatchObject({ outcome: hexDigest(plaintext), counts: { kept: 0, fetched: 3 } })
    expect(await open(1, undefined, "/model0")).toMatchObject({
      outcome: hexDigest(otherPlaintext),
      counts: { fetched: 2 },
    })
  })

  it("keeps no more than it may: the model that was opened longest ago goes, and one that is too large is kept in part", async () => {
    const [first, second] = [await open(), await open(1)]
    expect(second.models).toHaveLength(2)
    const all = second.models.reduce((sum, length) => sum + length, 0)
    await page.call<Module, "clearCache">("clearCache")
    await open(0, all - 1)
    expect(await open(1, all - 1)).toMatchObject({ outcome: hexDigest(otherPlaintext), models: [expect.any(Number)] })
    expect(await open(1, all - 1)).toMatchObject({ counts: { kept: 2 } })
    await page.call<Module, "clearCache">("clearCache")
    const small = await open(0, 1_500_000)
    expect(small.outcome).toBe(hexDigest(plaintext))
    expect(small.models[0]).toBeLessThan(1_500_000)
    expect(await open(0, 1_500_000)).toMatchObject({ outcome: hexDigest(plaintext), counts: { kept: 1, fetched: 2 } })
    expect(await open(0, 0)).toMatchObject({ outcome: hexDigest(plaintext) })
    expect(first.models).toHaveLength(1)
  })

  it("holds ciphertext only: nothing in the browser's profile shows the model, until a page stores it", async () => {
    await open()
    await page.page.evaluate(() => sessionStorage.setItem("opened", "yes"))
    await browser.quit()
    const { bytes } = (await sealing)[0]
    expect(await filesWith(browser.profile, plaintext)).toEqual([])
    // The same search finds what is there: the ciphertext.
    expect((await filesWith(browser.profile, bytes.subarray(-100_000))).length).toBeGreaterThan(0)

    await browser.restart()
    page = await browser.open()
    await page.call<Module, "storeInTheClear">("storeInTheClear", new Uint8Array(plaintext))
    await browser.quit()
    const places = new Set((await filesWith(browser.profile, plaintext)).map(placeOf))
    expect(places).toEqual(new Set(["File System", "IndexedDB", "CacheStorage"]))
    await browser.restart()
    page = await browser.open()
  })

  it("shows what no cache can help: a stored key object is in the profile in the clear, extractable or not", async () => {
    const { privateKey } = generateKeyPairSync("x25519")
    const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" })
    expect(await page.call<Module, "storeKey">("storeKey", new Uint8Array(pkcs8))).toBe(true)
    await browser.quit()
    expect((await filesWith(browser.profile, pkcs8.subarray(-32))).map(placeOf)).toContain("IndexedDB")
    await browser.restart()
    page = await browser.open()
  })
})

/** The kind of storage that a file of a profile belongs to. */
function placeOf(path: string): string | undefined {
  return ["File System", "IndexedDB", "CacheStorage"].find((place) => path.includes(place))
}
