import { randomBytes } from "node:crypto"
import { missingChromium } from "@strongroom/test-machine"
import type { TestBrowser, TestPage } from "@strongroom/test-machine/browser"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createGrant, generateIdentity } from "../../src/index.js"
import { publisher, recipient } from "../support/sealed.js"
import { hexDigest, type Module, sealRandom, shippedAs, startPages } from "./browser.js"

const missing = missingChromium()

describe.skipIf(missing)(`keys in a page${missing ? ` (${missing})` : ""}`, () => {
  const plaintext = randomBytes(100_000)
  let browser: TestBrowser
  let page: TestPage
  const sealing = sealRandom(plaintext)
  const shipped = async (to: Parameters<typeof createGrant>[0]["recipient"] = recipient.recipient) => {
    const sealed = await sealing
    const { bytes: model, contentKey } = sealed
    const grant = await createGrant({ model, contentKey, signingKey: publisher.privateKey, recipient: to })
    return { ...shippedAs("/model.sealed", sealed), grant }
  }

  beforeAll(async () => {
    browser = await startPages()
    browser.server.files.set("/model.sealed", { bytes: (await sealing).bytes })
    page = await browser.open()
  })
  afterAll(() => browser?.close())

  it("are an age identity's text, or a passphrase", async () => {
    expect(await page.call<Module, "openWith">("openWith", await shipped(), recipient.identity)).toBe(
      hexDigest(plaintext),
    )
    const other = await generateIdentity()
    expect(await page.call<Module, "openWith">("openWith", await shipped(), other.identity)).toBe("identity-mismatch")
    const forPassphrase = await shipped({ passphrase: "correct horse", workFactor: 10 })
    const open = (passphrase: string) => page.call<Module, "openWith">("openWith", forPassphrase, { passphrase })
    expect(await open("correct horse")).toBe(hexDigest(plaintext))
    expect(await open("wrong horse")).toBe("passphrase-wrong")
  })

  it("are a key of WebCrypto that can't be exported", async () => {
    const to = await page.call<Module, "generateKey">("generateKey")
    const opened = await page.call<Module, "openWithKey">("openWithKey", await shipped(to))
    expect(opened).toEqual([false, hexDigest(plaintext)])
    expect(await page.call<Module, "openWithKey">("openWithKey", await shipped())).toEqual([false, "identity-mismatch"])
  })

  it("are a passkey, to which a grant is made, or by which an identity is locked", async () => {
    const devtools = await browser.context.newCDPSession(page.page)
    await devtools.send("WebAuthn.enable")
    const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        ctap2Version: "ctap2_1",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
        hasPrf: true,
      },
    })
    const text = await page.call<Module, "makePasskey">("makePasskey")
    expect(text).toMatch(/^AGE-PLUGIN-FIDO2PRF-1/)

    const { contentKey } = await sealing
    const { privateKey } = publisher
    expect(
      await page.call<Module, "openWithPasskey">("openWithPasskey", await shipped(), text, contentKey, privateKey),
    ).toEqual([hexDigest(plaintext), hexDigest(plaintext), "identity-mismatch"])

    const [to, locked] = await page.call<Module, "lockedByPasskey">("lockedByPasskey", text)
    const forPage = await shipped(to)
    const open = () => page.call<Module, "openWithLocked">("openWithLocked", forPage, locked, text)
    expect(await open()).toBe(hexDigest(plaintext))
    // Another page of the origin has the passkey too; a user who declines has none.
    await devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false })
    expect(await open()).toBe("identity-invalid")
    await devtools.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId })
    expect(await page.call<Module, "wrongPasskeyText">("wrongPasskeyText")).toBe("identity-invalid")
  })
})
