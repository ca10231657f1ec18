import { execFileSync } from "node:child_process"
import { appendFile, truncate, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { bytesSource, createKeyring, generateIdentity, generatePublisherKeys, streamSource } from "@strongroom/core"
import { type ErrorCode, openVault, type Source, tensor, type Vault, type VaultKeys } from "@strongroom/vault"
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { packKeys } from "../src/app/keys.js"
import { coded, echoModel, type Shipped, ship, testBackend } from "./support.js"

const x = tensor("float32", [1], Float32Array.of(1))
const weights = Uint8Array.from({ length: 100_000 }, (_, index) => index * 7)

let vault: Vault
beforeAll(async () => {
  vault = await openVault({ backend: testBackend({ facts: true }) })
})
afterAll(() => vault.close())

async function partBytes(model: Parameters<Vault["load"]>[0], keys: VaultKeys): Promise<number[]> {
  await using session = await vault.load(model, keys)
  const { facts } = await session.run({ x })
  return JSON.parse(String(facts?.data[0])).partBytes
}

/** Serves `bytes` with ranges. */
async function serve(bytes: Uint8Array, ranges: boolean): Promise<string> {
  const server = createServer((request, response) => {
    const [, first, last] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? []
    if (!ranges || first === undefined) {
      response.writeHead(200, { "content-length": bytes.length })
      response.end(request.method === "HEAD" ? undefined : bytes)
      return
    }
    const end = Math.min(Number(last), bytes.length - 1)
    response.writeHead(206, {
      "content-range": `bytes ${first}-${end}/${bytes.length}`,
      "content-length": end - Number(first) + 1,
      etag: '"1"',
    })
    response.end(bytes.subarray(Number(first), end + 1))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.sealed`
}

describe("a sealed model is loaded from", () => {
  it("a path, a file: URL, bytes, and a source, which is closed with its session", async () => {
    const { model, bytes, keys } = await ship(echoModel("float32", weights))
    let closed = 0
    const inner = bytesSource(bytes)
    const source: Source = {
      byteLength: () => inner.byteLength(),
      read: (offset, target) => inner.read(offset, target),
      close: async () => void closed++,
    }
    for (const place of [model, pathToFileURL(model), pathToFileURL(model).href, bytes, source]) {
      expect(await partBytes(place, keys)).toEqual([weights.length])
    }
    await expect.poll(() => closed).toBe(1)
  })

  it("an http: URL", async () => {
    const { bytes, keys } = await ship(echoModel("float32", weights))
    const url = await serve(bytes, true)
    expect(await partBytes(url, keys)).toEqual([weights.length])
    expect(await partBytes(new URL(url), keys)).toEqual([weights.length])
  })

  it("bytes of 40 MiB, in several reads", async () => {
    const large = new Uint8Array(40 * 2 ** 20).fill(1)
    const { bytes, keys } = await ship(echoModel("float32", large), { segmentSize: 16 * 2 ** 20 })
    expect(await partBytes(bytes, keys)).toEqual([large.length])
  })

  it("with progress", async () => {
    const { model, keys } = await ship(echoModel("float32", weights))
    const told: number[][] = []
    await using _ = await vault.load(model, keys, { onProgress: (done, total) => told.push([done, total]) })
    await expect.poll(() => told.at(-1)).toEqual([weights.length, weights.length])
  })
})

describe("keys are taken", () => {
  it("as bytes, URLs and PEM text, and as a passphrase", async () => {
    const { bytes, folder, keys } = await ship(echoModel(), { passphrase: "open sesame" })
    const { readFile } = await import("node:fs/promises")
    const grant = new Uint8Array(await readFile(keys.grant))
    const pem = await readFile(join(folder, "publisher.pub"), "utf8")
    const identity = { passphrase: "open sesame" }
    for (const trust of [[pem], [pathToFileURL(join(folder, "publisher.pub"))], [{ publisher: pem }]]) {
      expect(await partBytes(bytes, { grant, identity, trust })).toEqual([1])
    }
    expect(await partBytes(bytes, { grant: pathToFileURL(keys.grant), identity, trust: [pem] })).toEqual([1])
  })

  it("with a keyring", async () => {
    const root = await generatePublisherKeys()
    const { folder, keys, model } = await ship()
    const { readFile } = await import("node:fs/promises")
    const signer = await readFile(join(folder, "publisher.pub"), "utf8")
    const keyring = await createKeyring({
      root: root.privateKey,
      version: 1,
      expires: new Date(Date.now() + 1e7),
      modelKeys: [signer],
      grantKeys: [signer],
    })
    const path = join(folder, "keyring")
    await writeFile(path, keyring)
    // The model names its signer as the root: another publisher than this keyring's.
    const trust = [{ publisher: root.publicKey, keyring: path, leastKeyringVersion: 1 }]
    await expect(vault.load(model, { ...keys, trust })).rejects.toEqual(coded("publisher-unknown"))
  })
})

async function cut(path: string, length: number): Promise<string> {
  await truncate(path, length)
  return path
}

async function lengthen(path: string): Promise<string> {
  await appendFile(path, "x")
  return path
}

describe("a load is refused", () => {
  type Change = (shipped: Shipped) => Promise<[Parameters<Vault["load"]>[0], VaultKeys]>
  const other = async () => (await ship()).keys
  const cases: [string, ErrorCode, Change][] = [
    ["a missing model", "source-missing", async ({ model, keys }) => [`${model}.not`, keys]],
    ["a directory as model", "source-unreadable", async ({ folder, keys }) => [folder, keys]],
    ["an empty model", "not-sealed-model", async ({ model, keys }) => [await cut(model, 0), keys]],
    ["a model that isn't sealed", "not-sealed-model", async ({ keys }) => [new Uint8Array(1000), keys]],
    ["half a download", "truncated", async ({ model, bytes, keys }) => [await cut(model, bytes.length / 2), keys]],
    ["half the bytes", "truncated", async ({ bytes, keys }) => [bytes.slice(0, bytes.length / 2), keys]],
    ["a model with a tail", "trailing-data", async ({ model, keys }) => [await lengthen(model), keys]],
    [
      "a damaged model",
      "segment-corrupt",
      async ({ bytes, keys }) => [bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 1 : byte)), keys],
    ],
    ["a server without ranges", "source-ranges", async ({ bytes, keys }) => [await serve(bytes, false), keys]],
    ["a missing grant", "source-missing", async ({ model, keys }) => [model, { ...keys, grant: "no.grant" }]],
    ["a folder as grant", "source-unreadable", async ({ model, keys, folder }) => [model, { ...keys, grant: folder }]],
    ["no grant at all", "not-a-grant", async ({ model, keys }) => [model, { ...keys, grant: new Uint8Array(9) }]],
    ["a huge file as grant", "not-a-grant", async ({ model, keys }) => [model, { ...keys, grant: process.execPath }]],
    [
      "a grant for another",
      "grant-other-model",
      async ({ model, keys }) => [model, { ...keys, grant: (await other()).grant }],
    ],
    [
      "a missing identity",
      "source-missing",
      async ({ model, keys }) => [model, { ...keys, identity: { file: "no.key" } }],
    ],
    [
      "an unreadable identity",
      "identity-invalid",
      async ({ model, keys }) => [model, { ...keys, identity: { file: model } }],
    ],
    [
      "another's identity",
      "identity-mismatch",
      async ({ model, keys, folder }) => {
        const file = join(folder, "other.key")
        await writeFile(file, (await generateIdentity()).identity)
        return [model, { ...keys, identity: { file } }]
      },
    ],
    [
      "a passphrase for a file",
      "identity-mismatch",
      async ({ model, keys }) => [model, { ...keys, identity: { passphrase: "a" } }],
    ],
    ["no trust", "trust-missing", async ({ model, keys }) => [model, { ...keys, trust: [] }]],
    ["trust left out", "trust-missing", async ({ model, keys }) => [model, { ...keys, trust: undefined as never }]],
    ["a missing publisher", "source-missing", async ({ model, keys }) => [model, { ...keys, trust: ["no.pub"] }]],
    [
      "an unknown publisher",
      "publisher-unknown",
      async ({ model, keys }) => [model, { ...keys, trust: (await other()).trust }],
    ],
    [
      "what isn't a key as publisher",
      "key-invalid",
      async ({ model, keys }) => [model, { ...keys, trust: [keys.grant] }],
    ],
  ]
  it.each(cases)("with %s: %s", async (_, code, change) => {
    const shipped = await ship(echoModel("float32", weights))
    const [model, keys] = await change(shipped)
    await expect(vault.load(model, keys)).rejects.toEqual(coded(code))
    expect(await partBytes(shipped.bytes, shipped.keys)).toEqual([weights.length])
  })

  it.runIf(process.platform !== "win32")("with a pipe as publisher, keyring, grant or identity, at once", async () => {
    const { model, keys, folder } = await ship()
    const pipe = join(folder, "pipe")
    execFileSync("mkfifo", [pipe])
    const [publisher = ""] = keys.trust as readonly string[]
    for (const change of [
      { trust: [pipe] },
      { trust: [{ publisher, keyring: pipe }] },
      { grant: pipe },
      { identity: { file: pipe } },
    ]) {
      await expect(vault.load(model, { ...keys, ...change })).rejects.toEqual(coded("source-unreadable"))
    }
    await expect(vault.load(model, { ...keys, trust: ["/dev/zero"] })).rejects.toEqual(coded("source-unreadable"))
    await expect(vault.load(model, { ...keys, trust: [folder] })).rejects.toEqual(coded("source-unreadable"))
  })

  it("with the signal's reason while keys are read", async () => {
    const { model, keys } = await ship()
    const controller = new AbortController()
    const load = vault.load(model, keys, { signal: controller.signal })
    controller.abort(new Error("enough"))
    await expect(load).rejects.toBe(controller.signal.reason)
    await expect(packKeys(keys, controller.signal)).rejects.toBe(controller.signal.reason)
  })

  it("with a wrong passphrase", async () => {
    const { model, keys } = await ship(echoModel(), { passphrase: "right" })
    const wrong = { ...keys, identity: { passphrase: "wrong" } }
    await expect(vault.load(model, wrong)).rejects.toEqual(coded("passphrase-wrong"))
  })

  it("for a kind that the backend doesn't run", async () => {
    const { model, keys } = await ship({ ...echoModel(), kind: "openvino-ir" })
    await expect(vault.load(model, keys)).rejects.toEqual(coded("kind-unsupported"))
  })

  it.each([
    ["a number as model", 5, {}],
    ["an ftp: URL", new URL("ftp://x/y"), {}],
    ["no identity", "x", { identity: undefined }],
    ["a number as publisher", "x", { trust: [5] }],
    ["nothing as publisher", "x", { trust: [null] }],
    ["an http: grant", "x", { grant: new URL("http://x/y") }],
    ["trust that is no list", "x", { trust: "publisher.pub" }],
  ])("as misuse: %s", async (_, model, change) => {
    const { keys } = await ship()
    await expect(vault.load(model as string, { ...keys, ...change } as VaultKeys)).rejects.toBeInstanceOf(TypeError)
  })

  it("when a stream goes on after the model's end, and is taken no further than its header says", async () => {
    const { bytes, keys } = await ship()
    const piece = 65_536
    let given = 0
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (given > 2 ** 25) return controller.close()
        const zeros = new Uint8Array(piece)
        zeros.set(bytes.subarray(given, given + piece))
        given += piece
        controller.enqueue(zeros)
      },
    })
    await expect(vault.load(streamSource(stream), keys)).rejects.toEqual(coded("trailing-data"))
    expect(given).toBeLessThanOrEqual(bytes.length + 4 * piece)
  })

  it("when the app's own source fails", async () => {
    const { keys } = await ship()
    let closed = false
    const source: Source = {
      byteLength: async () => 100_000,
      read: async () => Promise.reject(new Error("the disk is gone")),
      close: async () => {
        closed = true
      },
    }
    const failing = vault.load(source, keys)
    await expect(failing).rejects.toEqual(coded("source-unreadable"))
    await expect(failing).rejects.toThrow("the disk is gone")
    expect(closed).toBe(true)
  })
})

it("openVault refuses a backend that can't be had", async () => {
  const backend = testBackend()
  const missing = { ...backend, module: new URL("nowhere.mjs", import.meta.url).href }
  await expect(openVault({ backend: missing })).rejects.toEqual(coded("backend-missing"))
  await expect(openVault({ backend: testBackend({ importing: "throw" }) })).rejects.toEqual(coded("backend-missing"))
  await expect(openVault({ backend: { ...backend, contract: 2 as 1 } })).rejects.toEqual(coded("contract-version"))
  await expect(openVault({ backend: { ...backend, module: "bare" } })).rejects.toBeInstanceOf(TypeError)
  await expect(openVault({ backend, cache: "often" as "off" })).rejects.toBeInstanceOf(TypeError)
  await expect(openVault({ backend, strict: ["no.such"] })).rejects.toBeInstanceOf(RangeError)
  // Misspelt, it would demand nothing.
  await expect(openVault({ backend, stict: true } as never)).rejects.toThrow('openVault() has no "stict"')
  await expect(openVault(undefined as never)).rejects.toBeInstanceOf(TypeError)
})
