import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openSealedModel } from "@strongroom/core"
import { fileSource } from "@strongroom/core/node"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { customerIdentity } from "../src/app/identity.js"
import { modelNames } from "../src/publisher/models.js"
import { publish } from "../src/publisher/publish.js"
import { foldersIn } from "../src/set-up.js"

let root: string
let folders: ReturnType<typeof foldersIn>
let recipient: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "strongroom-demo-"))
  folders = foldersIn(root)
  recipient = (await customerIdentity(folders.identity)).recipient
})

afterAll(() => rm(root, { recursive: true, force: true }))

function published(to = recipient) {
  return publish({ folder: folders.publisher, delivery: folders.delivery, recipient: to })
}
const all = { sealed: [...modelNames], kept: [] }
const none = { sealed: [], kept: [...modelNames] }

describe("the customer's identity", () => {
  it("is made once, and only its owner may read it", async () => {
    expect(await customerIdentity(folders.identity)).toEqual({ recipient, made: false })
    expect(recipient).toMatch(/^age1[a-z0-9]{58}$/)
    if (process.platform !== "win32") expect((await stat(folders.identity)).mode & 0o777).toBe(0o600)
  })
})

describe("publish", () => {
  it("seals and grants all three the first time, with progress to the end, and delivers nothing secret", async () => {
    const steps: [number, number][] = []
    const done = await publish({
      folder: folders.publisher,
      delivery: folders.delivery,
      recipient,
      onProgress: (bytes, total) => void steps.push([bytes, total]),
    })
    expect(done).toEqual(all)
    expect(steps.at(-1)?.[0]).toBe(steps.at(-1)?.[1])
    const names = modelNames.flatMap((name) => [`${name}.grant`, `${name}.sealed`])
    expect((await readdir(folders.delivery)).sort()).toEqual(["alphabet.txt", "publisher.pub", ...names].sort())
    if (process.platform !== "win32") {
      expect((await stat(join(folders.publisher, "publisher.key"))).mode & 0o777).toBe(0o600)
    }
  })

  it("keeps what is still good", async () => {
    const before = await readFile(join(folders.delivery, "detector.grant"))
    expect(await published()).toEqual(none)
    expect((await readFile(join(folders.delivery, "detector.grant"))).equals(before)).toBe(true)
  })

  it.each([
    ["one flipped bit", "classifier.sealed", -9],
    ["a damaged grant", "classifier.grant", -1],
  ])("seals anew what has %s, and only that", async (_, file, place) => {
    const path = join(folders.delivery, file)
    const bytes = await readFile(path)
    bytes.writeUInt8((bytes.at(place) ?? 0) ^ 1, bytes.length + place)
    await writeFile(path, bytes)
    expect(await published()).toEqual({ sealed: ["classifier"], kept: ["detector", "recogniser"] })
    expect(await published()).toEqual(none)
  })

  it("seals anew what is cut short or gone", async () => {
    await truncate(join(folders.delivery, "detector.sealed"), 100_000)
    await rm(join(folders.delivery, "classifier.grant"))
    await rm(join(folders.delivery, "recogniser.sealed"))
    expect(await published()).toEqual(all)
  })

  it("seals all anew with a ledger that can't be read, another recipient, or other signing keys", async () => {
    await writeFile(join(folders.publisher, "ledger.json"), "{")
    expect(await published()).toEqual(all)
    const other = (await customerIdentity(join(root, "other.key"))).recipient
    expect(await published(other)).toEqual(all)
    expect(await published()).toEqual(all)
    await rm(join(folders.publisher, "publisher.key"))
    expect(await published()).toEqual(all)
    expect(await published()).toEqual(none)
  })

  it("seals anew what was sealed with another policy", async () => {
    const path = join(folders.publisher, "ledger.json")
    const ledger = JSON.parse(await readFile(path, "utf8"))
    ledger.classifier.policy = JSON.stringify({ vault: true, cache: ["off"] })
    // As it was noted before policies were.
    delete ledger.detector.policy
    await writeFile(path, JSON.stringify(ledger))
    expect(await published()).toEqual({ sealed: ["detector", "classifier"], kept: ["recogniser"] })
  })

  it("makes models that open only in a vault", async () => {
    const keys = {
      grant: await readFile(join(folders.delivery, "detector.grant")),
      identity: await readFile(folders.identity, "utf8"),
      trust: [await readFile(join(folders.delivery, "publisher.pub"), "utf8")],
    }
    const sealed = fileSource(join(folders.delivery, "detector.sealed"))
    await expect(openSealedModel(sealed, keys)).rejects.toMatchObject({ code: "policy-vault" })
  })
})
