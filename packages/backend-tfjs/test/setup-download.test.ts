import { createHash, randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import { mkdtemp, readFile, rm, stat } from "node:fs/promises"
import { createServer, type IncomingMessage, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest"
import { downloadWheel } from "../src/setup/download.js"
import type { Wheel } from "../src/setup/pins.js"

/** More than is asked for at once, and not a multiple of it. */
const content = randomBytes(2 ** 24 + 12_345)

const wheel: Wheel = {
  project: "thing",
  file: "thing-1.0-py3-none-any.whl",
  sha256: createHash("sha256").update(content).digest("hex"),
  byteLength: content.length,
}

interface Asked {
  readonly path: string
  readonly range: string | undefined
  readonly authorization: string | undefined
}

/** A package index, and the place that has its files: two servers, as with the real one. */
const asked: { readonly index: Asked[]; readonly files: Asked[] } = { index: [], files: [] }
let served: Buffer
let listing: string
const index = createServer((request, response) => {
  note(asked.index, request)
  if (request.url !== "/simple/thing/") return void response.writeHead(404).end()
  const url = `${address(files)}/packages/${wheel.file}`
  const forms: Readonly<Record<string, string>> = {
    json: JSON.stringify({ files: [{ filename: wheel.file, url }] }),
    html: `<a href="${url}#sha256=0">${wheel.file}</a>`,
  }
  response.end(forms[listing] ?? listing)
})
const files = createServer((request, response) => {
  note(asked.files, request)
  const [, first = "0", last = "0"] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? []
  const body = served.subarray(Number(first), Number(last) + 1)
  const range = `bytes ${first}-${Number(first) + body.length - 1}/${served.length}`
  response.writeHead(206, { "content-range": range, etag: '"1"' }).end(body)
})

function note(list: Asked[], { url, headers }: IncomingMessage): void {
  list.push({ path: url ?? "", range: headers.range, authorization: headers.authorization })
}

function address(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

let folder: string
let path: string
beforeAll(async () => {
  for (const server of [index, files]) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
})
afterAll(() => {
  for (const server of [index, files]) server.close()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "strongroom-test-"))
  path = join(folder, wheel.file)
  served = content
  listing = "json"
  for (const list of [asked.index, asked.files]) list.length = 0
  vi.stubEnv("PIP_INDEX_URL", `${address(index)}/simple/`)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const download = (signal = new AbortController().signal, progress: (done: number) => void = () => {}) =>
  downloadWheel(wheel, path, signal, progress)

describe("a wheel", () => {
  it.each(["json", "html"] as const)("comes from the index that pip asks, which answers in %s", async (form) => {
    listing = form
    const steps: number[] = []
    await download(undefined, (done) => steps.push(done))
    expect(content.equals(await readFile(path))).toBe(true)
    expect(steps).toEqual([2 ** 24, content.length])
  })

  it("that is there isn't asked for again", async () => {
    await download()
    const count = asked.index.length + asked.files.length
    await download()
    expect(asked.index.length + asked.files.length).toBe(count)
  })

  it("whose download was interrupted is gone on with", async () => {
    const interruption = new AbortController()
    const stopped = download(interruption.signal, () => interruption.abort(new Error("enough")))
    await expect(stopped).rejects.toThrow("enough")
    expect(existsSync(path)).toBe(false)
    expect((await stat(`${path}.partial`)).size).toBe(2 ** 24)
    asked.files.length = 0
    await download()
    expect(content.equals(await readFile(path))).toBe(true)
    expect(asked.files.map(({ range }) => range)).toContain(`bytes=${2 ** 24}-${content.length - 1}`)
  })

  it("with other bytes than the pinned ones is refused, and removed", async () => {
    served = Buffer.from(content)
    served[12_345_678] = (served[12_345_678] as number) ^ 1
    await expect(download()).rejects.toMatchObject({ code: "source-changed" })
    expect(existsSync(path)).toBe(false)
    expect(existsSync(`${path}.partial`)).toBe(false)
    served = content.subarray(1)
    await expect(download()).rejects.toMatchObject({ code: "source-changed" })
  })

  it("that the index hasn't, or an index that isn't there, is said so", async () => {
    const other = { ...wheel, file: "thing-2.0-py3-none-any.whl" }
    const signal = new AbortController().signal
    await expect(downloadWheel(other, path, signal, () => {})).rejects.toMatchObject({ code: "source-missing" })
    await expect(downloadWheel({ ...wheel, project: "nothing" }, path, signal, () => {})).rejects.toMatchObject({
      code: "source-unreadable",
      message: expect.stringContaining("status 404"),
    })
    vi.stubEnv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    await expect(download()).rejects.toMatchObject({ code: "source-unreadable" })
  })

  it.each([
    "{",
    '{ "files": {} }',
    '{ "files": [null] }',
    '{ "files": [{ "url": "http://[" }] }',
    '<a href="http://[">',
  ])("isn't found in a listing that is none: %s", async (text) => {
    listing = text
    await expect(download()).rejects.toMatchObject({ code: "source-missing" })
    listing = `<a href="file:///${wheel.file}">`
    await expect(download()).rejects.toMatchObject({ code: "source-missing" })
  })

  it("is asked for with the name and password of the index's address, which no other server gets to see", async () => {
    vi.stubEnv("PIP_INDEX_URL", `${address(index).replace("//", "//me:a%20secret@")}/simple`)
    await download()
    const expected = `Basic ${Buffer.from("me:a secret").toString("base64")}`
    expect(asked.index.map(({ authorization }) => authorization)).toEqual([expected])
    expect(asked.files.every(({ authorization }) => authorization === undefined)).toBe(true)
  })
})
