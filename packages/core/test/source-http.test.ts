import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, expect, test } from "vitest"
import { httpSource } from "../src/source/http.js"

type Handler = (request: IncomingMessage, response: ServerResponse, first: number, last: number) => void

const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff)
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** A server whose every request is counted. Unless `handler` answers, it does ranges as RFC 9110 says. */
async function serve(handler: Handler = (_request, response, first, last) => sendRange(response, first, last)) {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.headers.range ?? "none")
    const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "")
    handler(request, response, Number(match?.[1]), Number(match?.[2]))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.sealed?token=secret`, requests }
}

function sendRange(
  response: ServerResponse,
  first: number,
  last: number,
  { content = bytes, headers = {} as Record<string, string> } = {},
): void {
  const end = Math.min(last, content.length - 1)
  response.writeHead(206, {
    "content-range": `bytes ${first}-${end}/${content.length}`,
    "content-length": String(end - first + 1),
    ...headers,
  })
  response.end(content.subarray(first, end + 1))
}

async function readAll(source: ReturnType<typeof httpSource>, offset: number, length: number): Promise<Uint8Array> {
  const target = new Uint8Array(length)
  await source.read(offset, target)
  return target
}

const far = { offset: 100_000, length: 50_000 }

test("reads any range, and asks for the beginning only once", async () => {
  const { url, requests } = await serve()
  const source = httpSource(url)
  expect(await Promise.all([source.byteLength(), source.byteLength(), readAll(source, 10, 20)])).toEqual([
    bytes.length,
    bytes.length,
    bytes.slice(10, 30),
  ])
  expect(requests).toEqual(["bytes=0-65535"])
  for (const [offset, length] of [
    [0, 65_535],
    [0, 65_536],
    [0, 65_537],
    [65_535, 1],
    [65_536, 1],
    [199_999, 1],
    [200_000, 0],
    [0, 200_000],
  ] as const) {
    expect(await readAll(source, offset, length)).toEqual(bytes.slice(offset, offset + length))
  }
})

test("reads a file that is smaller than the first request, and an empty one", async () => {
  const small = await serve((_request, response, first, last) =>
    sendRange(response, first, last, { content: bytes.slice(0, 3) }),
  )
  expect(await readAll(httpSource(small.url), 1, 2)).toEqual(bytes.slice(1, 3))
  const unsatisfiable = await serve((_request, response) =>
    response.writeHead(416, { "content-range": "bytes */0" }).end(),
  )
  expect(await httpSource(unsatisfiable.url).byteLength()).toBe(0)
  const whole = await serve((_request, response) => response.writeHead(200, { "content-length": "0" }).end())
  expect(await httpSource(whole.url).byteLength()).toBe(0)
})

test("refuses to read past the end", async () => {
  const { url, requests } = await serve()
  const source = httpSource(url)
  await expect(readAll(source, 199_999, 2)).rejects.toMatchObject({ code: "truncated" })
  expect(requests).toHaveLength(1)
})

test("sends the caller's headers with every request, and uses the caller's fetch", async () => {
  const seen: unknown[] = []
  const { url } = await serve((request, response, first, last) => {
    seen.push([request.headers.authorization, request.headers["accept-encoding"]])
    sendRange(response, first, last)
  })
  let calls = 0
  const source = httpSource(new URL(url), {
    headers: { authorization: "Bearer abc" },
    fetch: (...parameters) => {
      calls++
      return fetch(...parameters)
    },
  })
  await readAll(source, far.offset, far.length)
  expect(seen).toEqual([
    ["Bearer abc", "identity"],
    ["Bearer abc", "identity"],
  ])
  expect(calls).toBe(2)
})

test("follows redirects", async () => {
  const { url } = await serve((request, response, first, last) => {
    if (request.url?.startsWith("/model")) response.writeHead(302, { location: "/elsewhere" }).end()
    else sendRange(response, first, last)
  })
  expect(await readAll(httpSource(url), far.offset, 9)).toEqual(bytes.slice(far.offset, far.offset + 9))
})

test.each([
  [404, "source-missing"],
  [410, "source-missing"],
  [400, "source-unreadable"],
  [401, "source-unreadable"],
  [403, "source-unreadable"],
  [204, "source-unreadable"],
  [416, "source-unreadable"],
])("status %i is %s, at once", async (status, code) => {
  const { url, requests } = await serve((_request, response) => response.writeHead(status).end())
  const failure = await httpSource(url)
    .byteLength()
    .catch((error: unknown) => error)
  expect(failure).toMatchObject({ code, message: expect.stringContaining(String(status)) })
  expect(requests).toHaveLength(1)
})

test.each([500, 502, 503, 504, 429])("status %i is tried again, then source-unreadable", async (status) => {
  const { url, requests } = await serve((_request, response) => response.writeHead(status).end("busy"))
  const source = httpSource(url, { retries: 1 })
  await expect(source.byteLength()).rejects.toMatchObject({ code: "source-unreadable" })
  expect(requests).toHaveLength(2)
})

test("a passing failure passes", async () => {
  let count = 0
  const { url } = await serve((_request, response, first, last) => {
    if (count++ % 2 === 0) response.writeHead(503, { "retry-after": "0" }).end()
    else sendRange(response, first, last)
  })
  const source = httpSource(url)
  expect(await readAll(source, far.offset, far.length)).toEqual(bytes.slice(far.offset, far.offset + far.length))
  expect(count).toBe(4)
})

test("waits as long as Retry-After says", async () => {
  let count = 0
  const { url } = await serve((_request, response, first, last) => {
    if (count++ === 0) response.writeHead(429, { "retry-after": "1" }).end()
    else sendRange(response, first, last)
  })
  const start = performance.now()
  await httpSource(url).byteLength()
  expect(performance.now() - start).toBeGreaterThan(950)
})

test("a server that doesn't know ranges is source-ranges, at the first request and later", async () => {
  const always = await serve((_request, response) => response.writeHead(200).end(bytes))
  await expect(httpSource(always.url).byteLength()).rejects.toMatchObject({ code: "source-ranges" })
  let count = 0
  const later = await serve((_request, response, first, last) => {
    if (count++ === 0) sendRange(response, first, last)
    else response.writeHead(200).end(bytes)
  })
  await expect(readAll(httpSource(later.url), far.offset, 1)).rejects.toMatchObject({ code: "source-ranges" })
})

test.each([
  ["an ETag", { etag: '"1"' }, { etag: '"2"' }, bytes.length],
  [
    "Last-Modified",
    { "last-modified": "Mon, 01 Jan 2024 00:00:00 GMT" },
    { "last-modified": "Tue, 02 Jan 2024 00:00:00 GMT" },
    bytes.length,
  ],
  ["the length", {}, {}, bytes.length - 1],
])("a file that changes between reads is source-changed: %s", async (_what, before, after, length) => {
  let count = 0
  const { url } = await serve((_request, response, first, last) => {
    const headers = (count++ === 0 ? before : after) as Record<string, string>
    sendRange(response, first, last, { headers, content: bytes.subarray(0, count === 1 ? bytes.length : length) })
  })
  await expect(readAll(httpSource(url), far.offset, far.length)).rejects.toMatchObject({ code: "source-changed" })
})

test("a file that shrank below the range is source-changed", async () => {
  let count = 0
  const { url } = await serve((_request, response, first, last) => {
    if (count++ === 0) sendRange(response, first, last)
    else response.writeHead(416, { "content-range": "bytes */1000" }).end()
  })
  await expect(readAll(httpSource(url), far.offset, far.length)).rejects.toMatchObject({ code: "source-changed" })
})

test("the same ETag, weak once and strong once, is the same file", async () => {
  let count = 0
  const { url } = await serve((_request, response, first, last) =>
    sendRange(response, first, last, {
      headers: { etag: count++ === 0 ? 'W/"1"' : '"1"', "last-modified": `${count}` },
    }),
  )
  await expect(readAll(httpSource(url), far.offset, far.length)).resolves.toHaveLength(far.length)
})

test("goes on where a connection broke", async () => {
  let count = 0
  const { url, requests } = await serve((_request, response, first, last) => {
    if (count++ !== 1) return sendRange(response, first, last)
    response.writeHead(206, {
      "content-range": `bytes ${first}-${last}/${bytes.length}`,
      "content-length": String(last - first + 1),
    })
    response.write(bytes.subarray(first, first + 1000), () => setTimeout(() => response.destroy(), 20))
  })
  const source = httpSource(url)
  expect(await readAll(source, far.offset, far.length)).toEqual(bytes.slice(far.offset, far.offset + far.length))
  expect(requests).toEqual(["bytes=0-65535", "bytes=100000-149999", "bytes=101000-149999"])
})

test("a body that is always short is source-unreadable", async () => {
  const { url, requests } = await serve((_request, response, first, last) => {
    response.writeHead(206, { "content-range": `bytes ${first}-${last}/${bytes.length}` })
    response.end(bytes.subarray(first, first + 10))
  })
  await expect(httpSource(url, { retries: 1 }).byteLength()).rejects.toMatchObject({ code: "source-unreadable" })
  expect(requests).toHaveLength(2)
})

test("a body that is longer than it says is source-unreadable", async () => {
  const { url } = await serve((_request, response, first, last) => {
    response.writeHead(206, { "content-range": `bytes ${first}-${last}/${bytes.length}` })
    response.end(bytes.subarray(first, last + 2))
  })
  await expect(httpSource(url).byteLength()).rejects.toMatchObject({ code: "source-unreadable" })
})

test.each([
  undefined,
  "bytes 0-65535/*",
  "bytes 1-65535/200000",
  "bytes 0-65534/200000",
  "bytes 0-65536/200000",
  "bytes 0-65535/65535",
  "bytes 5-2/200000",
  "items 0-65535/200000",
  "bytes 0-65535/99999999999999999999",
])("refuses the Content-Range %s", async (header) => {
  const { url } = await serve((_request, response) => {
    response.writeHead(206, header === undefined ? {} : { "content-range": header })
    response.end(bytes.subarray(0, 65_536))
  })
  await expect(httpSource(url).byteLength()).rejects.toMatchObject({
    code: "source-unreadable",
    message: expect.stringContaining("Content-Range"),
  })
})

test("refuses an answer that is compressed", async () => {
  const { url } = await serve((_request, response, first, last) =>
    sendRange(response, first, last, { headers: { "content-encoding": "br" } }),
  )
  await expect(httpSource(url, { retries: 0 }).byteLength()).rejects.toMatchObject({
    code: "source-unreadable",
    message: expect.stringContaining("compresses"),
  })
})

test("a server that isn't there is source-unreadable, and the message has no query", async () => {
  const { url } = await serve()
  const server = servers.pop()
  server?.closeAllConnections()
  await new Promise((resolve) => server?.close(resolve))
  const failure: unknown = await httpSource(url, { retries: 1 })
    .byteLength()
    .catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: "source-unreadable", message: expect.stringContaining("/model.sealed") })
  expect(String(failure)).not.toContain("secret")
})

test("after a failure the next call tries anew", async () => {
  let count = 0
  const { url } = await serve((_request, response, first, last) => {
    if (count++ === 0) response.writeHead(404).end()
    else sendRange(response, first, last)
  })
  const source = httpSource(url)
  await expect(source.byteLength()).rejects.toMatchObject({ code: "source-missing" })
  expect(await source.byteLength()).toBe(bytes.length)
})

test("an aborted call rejects with the signal's reason, and the others go on", async () => {
  const answers: (() => void)[] = []
  const { url, requests } = await serve((_request, response, first, last) => {
    answers.push(() => sendRange(response, first, last))
  })
  const source = httpSource(url)
  const controller = new AbortController()
  const aborted = source.byteLength(controller.signal)
  const waiting = source.byteLength()
  await expect.poll(() => answers.length).toBe(1)
  const reason = new Error("enough")
  controller.abort(reason)
  await expect(aborted).rejects.toBe(reason)
  answers[0]?.()
  expect(await waiting).toBe(bytes.length)
  expect(requests).toHaveLength(1)
  await expect(source.byteLength(controller.signal)).rejects.toBe(reason)
})

test("an abort ends a request, a wait between two, and a body", async () => {
  let closed = 0
  const hanging = await serve((_request, response) => {
    response.on("close", () => closed++)
  })
  const reason = new Error("enough")
  const soon = () => AbortSignal.timeout(50)
  await expect(httpSource(hanging.url).byteLength(soon())).rejects.toMatchObject({ name: "TimeoutError" })
  await expect.poll(() => closed).toBe(1)

  const busy = await serve((_request, response) => response.writeHead(503, { "retry-after": "20" }).end())
  await expect(httpSource(busy.url).byteLength(soon())).rejects.toMatchObject({ name: "TimeoutError" })

  let count = 0
  const slow = await serve((_request, response, first, last) => {
    if (count++ === 0) return sendRange(response, first, last)
    response.writeHead(206, { "content-range": `bytes ${first}-${last}/${bytes.length}` })
    response.write(bytes.subarray(first, first + 10))
  })
  const controller = new AbortController()
  const target = new Uint8Array(far.length)
  const reading = httpSource(slow.url).read(far.offset, target, controller.signal)
  await expect.poll(() => target.some((byte) => byte !== 0)).toBe(true)
  controller.abort(reason)
  await expect(reading).rejects.toBe(reason)
})

test("close ends what is under way, twice is safe, and nothing is read afterwards", async () => {
  const { url } = await serve(() => {})
  const source = httpSource(url)
  const waiting = source.byteLength()
  await source.close()
  await source.close()
  await expect(waiting).rejects.toBeInstanceOf(TypeError)
  await expect(source.byteLength()).rejects.toBeInstanceOf(TypeError)
  await expect(source.read(0, new Uint8Array(1))).rejects.toBeInstanceOf(TypeError)
})

test("misuse is a TypeError or a RangeError", async () => {
  expect(() => httpSource("file:///etc/passwd")).toThrow(TypeError)
  expect(() => httpSource("not an address")).toThrow(TypeError)
  expect(() => httpSource("http://user:password@example.org/")).toThrow(TypeError)
  expect(() => httpSource("http://example.org/", { retries: -1 })).toThrow(RangeError)
  const source = httpSource("http://example.org/")
  await expect(source.read(-1, new Uint8Array(1))).rejects.toThrow(RangeError)
  await expect(source.read(0.5, new Uint8Array(1))).rejects.toThrow(RangeError)
})

test("a server without ranges: refused, or downloaded while it is read", async () => {
  const heard: (number | undefined)[][] = []
  const whole = (headers: Record<string, string>) =>
    serve((_request, response) => {
      response.writeHead(200, headers)
      response.write(bytes.subarray(0, 100_000))
      setTimeout(() => response.end(bytes.subarray(100_000)), 50)
    })
  for (const headers of [{ "content-length": String(bytes.length) }, {}] as Record<string, string>[]) {
    const { url, requests } = await whole(headers)
    expect(
      await httpSource(url)
        .byteLength()
        .catch((error) => error.code),
    ).toBe("source-ranges")
    heard.length = 0
    const source = httpSource(url, {
      withoutRanges: "download",
      onProgress: (received, total) => void heard.push([received, total]),
    })
    expect(await readAll(source, 10, 20)).toEqual(bytes.slice(10, 30))
    expect(await readAll(source, far.offset, far.length)).toEqual(bytes.slice(far.offset, far.offset + far.length))
    expect(await source.byteLength()).toBe(bytes.length)
    expect(await readAll(source, bytes.length - 1, 1)).toEqual(bytes.slice(-1))
    expect(heard.at(-1)).toEqual([bytes.length, headers["content-length"] === undefined ? undefined : bytes.length])
    expect(requests).toHaveLength(2)
    await source.close()
    await expect(source.byteLength()).rejects.toThrow(TypeError)
  }
})

test("a download that says that it is longer than memory is refused, and let go", async () => {
  let isGone = false
  const { url } = await serve((_request, response) => {
    response.on("close", () => {
      isGone = true
    })
    response.writeHead(200, { "content-length": "900000000000000" })
    response.write(bytes)
  })
  const source = httpSource(url, { withoutRanges: "download", retries: 0 })
  await expect(source.byteLength()).rejects.toMatchObject({ code: "out-of-memory" })
  await expect.poll(() => isGone).toBe(true)
  await source.close()
})

test("a download goes on for others when who began it has gone, and stops with the source", async () => {
  let closed = 0
  const { url, requests } = await serve((_request, response) => {
    response.on("close", () => closed++)
    response.writeHead(200, { "content-length": String(bytes.length) })
    response.write(bytes.subarray(0, 1000))
  })
  const source = httpSource(url, { withoutRanges: "download" })
  const leaving = new AbortController()
  const left = source.read(500, new Uint8Array(1000), leaving.signal)
  expect(await readAll(source, 0, 1000)).toEqual(bytes.slice(0, 1000))
  leaving.abort(new Error("enough"))
  await expect(left).rejects.toThrow("enough")
  expect(await readAll(source, 1, 999)).toEqual(bytes.slice(1, 1000))
  expect([requests.length, closed]).toEqual([1, 0])
  await source.close()
  await expect.poll(() => closed).toBe(1)
})

test("says how much has come", async () => {
  const heard: number[] = []
  const { url } = await serve()
  const source = httpSource(url, { onProgress: (received, total) => void heard.push(received, total as number) })
  await readAll(source, far.offset, far.length)
  expect(heard.at(-1)).toBe(bytes.length)
  expect(heard.at(-2)).toBe(65_536 + far.length)
  expect(() => httpSource(url, { withoutRanges: "guess" as never })).toThrow(TypeError)
})
