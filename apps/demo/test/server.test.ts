import { once } from "node:events"
import { createServer, request as httpRequest } from "node:http"
import { connect } from "node:net"
import { StrongroomError } from "@strongroom/vault"
import { afterEach, describe, expect, it } from "vitest"
import { PictureError } from "../src/app/decode-picture.js"
import { listen, PortError } from "../src/app/listen.js"
import { mostBytes, mostPictures } from "../src/app/server.js"
import { endServers, logged, nothing, type Served, serve, whole } from "./serve.js"

afterEach(endServers)

function post(base: string, body: BodyInit, headers: Record<string, string> = {}) {
  return fetch(`${base}/api/read`, { method: "POST", body, headers })
}

async function refusal(response: Response) {
  const { error } = (await response.json()) as { error: { code: string; message: string } }
  expect(error.message).not.toBe("")
  return [response.status, error.code]
}

/** A request with headers that fetch doesn't let through. */
async function raw(base: string, options: { method?: string; path?: string; headers?: Record<string, string> }) {
  const outgoing = httpRequest(base, options)
  outgoing.end()
  const [response] = await once(outgoing, "response")
  response.resume()
  return response
}

describe("POST /api/read", () => {
  it("hands the body's exact bytes to the reader and answers what was read", async () => {
    const lines = [
      {
        text: "hello",
        confidence: 0.9,
        box: [
          [0, 0],
          [9, 0],
          [9, 3],
          [0, 3],
        ] as const,
      },
    ]
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251)
    let seen: Uint8Array | undefined
    const base = await serve({
      read: async (file) => {
        seen = file
        return { width: 10, height: 4, lines, madeReady: 2 }
      },
    })
    const response = await post(base, bytes, { "Content-Type": "text/plain" })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      ...{ lines, width: 10, height: 4, madeReady: 2 },
      milliseconds: expect.any(Number),
    })
    expect(Buffer.from(seen ?? []).equals(bytes)).toBe(true)
  })

  it("takes exactly the limit, and not a byte more", async () => {
    const base = await serve({})
    expect((await post(base, new Uint8Array(mostBytes))).status).toBe(200)
    expect(await refusal(await post(base, new Uint8Array(mostBytes + 1)))).toEqual([413, "body-too-large"])
  })

  it("stops a body without a length at the limit", async () => {
    const base = await serve({})
    const outgoing = httpRequest(`${base}/api/read`, { method: "POST" })
    outgoing.on("error", () => {})
    for (let sent = 0; sent <= mostBytes; sent += 1_000_000) outgoing.write(Buffer.alloc(1_000_000))
    const [response] = await once(outgoing, "response")
    expect(response.statusCode).toBe(413)
    outgoing.destroy()
  })

  it("refuses an empty body", async () => {
    expect(await refusal(await post(await serve({}), ""))).toEqual([400, "body-empty"])
  })

  it.each([
    [new PictureError("not-a-picture", "x"), 415, "not-a-picture"],
    [new PictureError("picture-damaged", "x"), 400, "picture-damaged"],
    [new PictureError("picture-too-large", "x"), 413, "picture-too-large"],
    [new StrongroomError("vault-exited", "x"), 503, "vault-exited"],
    [new StrongroomError("backend-failed", "x"), 500, "backend-failed"],
    [new TypeError("a secret detail"), 500, "internal"],
  ])("answers %s with %s", async (error, status, code) => {
    const base = await serve({ read: () => Promise.reject(error) })
    const response = await post(base, "x")
    const text = await response.clone().text()
    expect(await refusal(response)).toEqual([status, code])
    expect(text).not.toContain("secret")
    // What is the server's own fault is told on its terminal.
    expect(logged).toHaveLength(status >= 500 ? 1 : 0)
  })

  it("answers many at once, each its own", async () => {
    const base = await serve({ read: async (file) => ({ ...nothing, width: file[0] ?? 0 }) })
    const answers = await Promise.all(
      Array.from(
        { length: mostPictures },
        async (_, i) => (await post(base, Uint8Array.of(i + 1))).json() as Promise<{ width: number }>,
      ),
    )
    expect(answers.map(({ width }) => width)).toEqual(Array.from({ length: mostPictures }, (_, i) => i + 1))
  })

  it("refuses what it has no room for before it has read the body, and takes the next when one is done", async () => {
    const releases: (() => void)[] = []
    const base = await serve({
      read: () => new Promise((resolve) => releases.push(() => resolve(nothing))),
    })
    const taken = Array.from({ length: mostPictures - 1 }, () => post(base, "x"))
    // One that sends its headers and then nothing takes a place, too.
    const slow = httpRequest(`${base}/api/read`, { method: "POST", headers: { "Content-Length": 5 } })
    slow.on("error", () => {})
    slow.flushHeaders()
    await expect.poll(() => releases).toHaveLength(mostPictures - 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const endless = httpRequest(`${base}/api/read`, { method: "POST", headers: { "Content-Length": mostBytes } })
    endless.on("error", () => {})
    endless.flushHeaders()
    const [response] = await once(endless, "response")
    expect([response.statusCode, response.headers["retry-after"]]).toEqual([503, "2"])
    endless.destroy()
    expect(await refusal(await post(base, new Uint8Array(1_000_000)))).toEqual([503, "busy"])
    expect((await fetch(base)).status).toBe(200)
    // One that goes away makes room, and so does one that is done.
    slow.destroy()
    releases[0]?.()
    expect((await taken[0])?.status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const next = [post(base, "x"), post(base, "x")]
    await expect.poll(() => releases).toHaveLength(mostPictures + 1)
    for (const release of releases) release()
    expect((await Promise.all([...taken, ...next])).map(({ status }) => status)).toEqual(
      Array.from({ length: mostPictures + 1 }, () => 200),
    )
  })

  it("aborts the reading when the client goes away", async () => {
    const controller = new AbortController()
    const aborted = new Promise<void>((resolve, reject) => {
      serve({
        read: (_, signal) =>
          new Promise((_resolve, rejectRead) => {
            signal.addEventListener("abort", () => {
              rejectRead(signal.reason)
              resolve()
            })
            controller.abort()
          }),
      })
        .then((base) => fetch(`${base}/api/read`, { method: "POST", body: "x", signal: controller.signal }))
        .catch((error: Error) => error.name !== "AbortError" && reject(error))
    })
    await aborted
    await new Promise(setImmediate)
    expect(logged).toEqual([])
  })

  it("waits for a vault that is still opening", async () => {
    let open = (_: Served) => {}
    const base = await serve(
      new Promise<Served>((resolve) => {
        open = resolve
      }),
    )
    const response = post(base, "x")
    setTimeout(() => open(whole({})), 50)
    expect((await response).status).toBe(200)
  })
})

describe("GET", () => {
  it("serves the page and all that it refers to, with types and a strict policy", async () => {
    const base = await serve({})
    const response = await fetch(base)
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8")
    expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'/)
    expect(response.headers.get("x-content-type-options")).toBe("nosniff")
    const html = await response.text()
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
    expect(html).not.toMatch(/<style|\son\w+=|\sstyle=/)
    const types = { "/style.css": "text/css", "/app.js": "text/javascript", "/icon.svg": "image/svg+xml" }
    for (const [path, type] of Object.entries(types)) {
      expect(html).toContain(`"${path}"`)
      const file = await fetch(base + path)
      expect([file.status, file.headers.get("content-type")?.split(";")[0]]).toEqual([200, type])
    }
  })

  it("answers HEAD without a body", async () => {
    const response = await fetch(await serve({}), { method: "HEAD" })
    expect([response.status, await response.text()]).toEqual([200, ""])
  })

  it("serves the report as the reader gives it", async () => {
    const report = { format: "strongroom-report/1", guarantees: [{ id: "x", state: "unavailable" }] }
    const base = await serve({ report: async () => report as never })
    expect(await (await fetch(`${base}/api/report`)).json()).toEqual(report)
  })

  it("lists the engines, with how far each is, and how to get more", async () => {
    const base = await serve({}, { state: () => ({ vault: "opening", making: 0, made: 0 }) })
    expect(await (await fetch(`${base}/api/engines`)).json()).toEqual({
      engines: [
        { id: "usual", name: "Usual", device: "the CPU", compiles: false, vault: "open", making: 0, made: 0 },
        { id: "other", name: "Other", device: "a GPU", compiles: true, vault: "opening", making: 0, made: 0 },
      ],
      advice: "Get more of them.",
    })
  })

  it("asks the engine that is named, and the first where none is", async () => {
    const reader = (name: string) => ({
      read: async () => ({ ...nothing, lines: [{ text: name }] as never }),
      report: async () => ({ name }) as never,
    })
    const base = await serve(reader("usual"), reader("other"))
    for (const [query, name] of [
      ["", "usual"],
      ["?engine=usual", "usual"],
      ["?engine=other", "other"],
    ]) {
      expect(await (await fetch(`${base}/api/report${query}`)).json()).toEqual({ name })
      const read = await fetch(`${base}/api/read${query}`, { method: "POST", body: "x" })
      expect(await read.json()).toMatchObject({ lines: [{ text: name }] })
    }
    for (const unknown of ["?engine=", "?engine=others", "?engine=__proto__"]) {
      expect(await refusal(await fetch(`${base}/api/report${unknown}`))).toEqual([404, "engine-unknown"])
      const read = await fetch(`${base}/api/read${unknown}`, { method: "POST", body: "x" })
      expect(await refusal(read)).toEqual([404, "engine-unknown"])
    }
  })

  it("knows no other path and no other method", async () => {
    const base = await serve({})
    expect(await refusal(await fetch(`${base}/nothing`))).toEqual([404, "not-found"])
    expect((await raw(base, { path: "/../package.json" })).statusCode).toBe(404)
    const wrong = await fetch(`${base}/api/read`)
    expect(wrong.headers.get("allow")).toBe("POST")
    expect(await refusal(wrong)).toEqual([405, "method-not-allowed"])
    expect((await fetch(`${base}/api/report`, { method: "POST", body: "x" })).status).toBe(405)
    expect((await fetch(base, { method: "DELETE" })).status).toBe(405)
  })
})

describe("other pages", () => {
  it("can't reach it under a name of theirs", async () => {
    const base = await serve({})
    const { port } = new URL(base)
    const foreign = ["attacker.example", `attacker.example:${port}`, "127.0.0.1.attacker.example", "0.0.0.0"]
    // What a parser of URLs would take for this machine.
    const disguised = [
      "attacker.example@127.0.0.1",
      "127.0.0.1/x",
      "2130706433",
      "127.1",
      "0x7f.1",
      "127.0.0.1?",
      "a b",
    ]
    const elsewhere = ["127.0.0.1", "localhost", `localhost:${Number(port) + 1}`, "localhost:", `localhost:${port}x`]
    for (const host of [...foreign, ...disguised, ...disguised.map((name) => `${name}:${port}`), ...elsewhere]) {
      expect((await raw(base, { headers: { Host: host } })).statusCode, host).toBe(421)
    }
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
      expect((await raw(base, { headers: { Host: host } })).statusCode, host).toBe(200)
    }
  })

  it("can't send it pictures", async () => {
    const base = await serve({})
    expect(await refusal(await post(base, "x", { Origin: "https://attacker.example" }))).toEqual([
      403,
      "origin-unknown",
    ])
    const { port } = new URL(base)
    const others = [
      "null",
      "http://127.0.0.1",
      "http://localhost:1",
      `https://127.0.0.1:${port}`,
      `http://x@127.0.0.1:${port}`,
    ]
    for (const origin of [...others, `http://localhost:${port}`, `${base}/x`, `http://2130706433:${port}`]) {
      expect(await refusal(await post(base, "x", { Origin: origin })), origin).toEqual([403, "origin-unknown"])
    }
    expect((await post(base, "x", { Origin: base })).status).toBe(200)
  })
})

describe("listen", () => {
  it("listens on this machine only", async () => {
    const base = await serve({})
    expect(base).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  it("tells of a port in use, and what to do", async () => {
    const { port } = new URL(await serve({}))
    const failing = listen(createServer(), Number(port))
    await expect(failing).rejects.toThrow(PortError)
    await expect(failing).rejects.toThrow(`Port ${port} is in use: stop what uses it, or choose another one`)
  })
})

describe("a client that speaks nonsense", () => {
  it("gets 400 and doesn't disturb others", async () => {
    const base = await serve({})
    const socket = connect(Number(new URL(base).port), "127.0.0.1")
    socket.end("GIVE ME\r\n\r\n")
    const [answer] = await once(socket, "data")
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400/)
    expect((await fetch(base)).status).toBe(200)
  })
})
