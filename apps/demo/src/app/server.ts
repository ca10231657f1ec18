import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { readBody } from "./body.js"
import type { Engine } from "./engine.js"
import { refuseForeign } from "./guard.js"
import type { LastingReader } from "./lasting-reader.js"
import type { Page } from "./pages.js"
import { Refusal, refusalOf } from "./refusal.js"

/** The longest picture file that is taken, in bytes. */
export const mostBytes = 20_000_000

/** Pictures taken at once: being received, waiting or being read. Each may take {@link mostBytes} of memory. */
export const mostPictures = 8

const securityHeaders = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
}

/** What reads with one of the machine's engines. */
export interface ServedEngine {
  readonly engine: Omit<Engine, "vault">
  readonly reader: Pick<LastingReader, "read" | "report" | "state">
}

export interface ServedEngines {
  /** A request that names none means the first. */
  readonly engines: readonly [ServedEngine, ...ServedEngine[]]
  /** How to get more of them, where that helps. */
  readonly advice?: string
}

export interface ServerOptions {
  /** Requests wait for them. */
  readonly served: Promise<ServedEngines>
  readonly pages: ReadonlyMap<string, Page>
  /** Told of errors that no client caused. */
  log(message: string): void
}

/**
 * The sample application's HTTP server, not yet listening.
 *
 * - `GET /api/engines`: those that there are, and how far each is.
 * - `POST /api/read?engine=ID`: a picture file's bytes, of any content type; answers
 *   `{ lines, width, height, madeReady, milliseconds }`.
 * - `GET /api/report?engine=ID`: the report of that engine's vault.
 * - `GET` of the web page's files.
 *
 * Errors are `{ error: { code, message } }`.
 */
export function createReaderServer({ served, pages, log }: ServerOptions): Server {
  const server = createServer((request, response) => {
    const leaving = new AbortController()
    response.once("close", () => leaving.abort(new Error("The client has gone.")))
    answer(request, response, leaving.signal).catch((error: unknown) => {
      if (leaving.signal.aborted) return
      const refusal = refusalOf(error)
      if (refusal === undefined || refusal.status >= 500) log(`${request.method} ${request.url}: ${describe(error)}`)
      refuse(request, response, refusal ?? new Refusal(500, "internal", "The server failed; its terminal says more."))
    })
  })
  server.maxConnections = 128
  server.requestTimeout = 60_000
  let pictures = 0
  return server

  async function answer(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    refuseForeign(request)
    const path = request.url?.split("?", 1)[0] ?? ""
    if (path === "/api/read") {
      allow(request, ["POST"])
      return sendJson(response, 200, await readPicture(request, signal))
    }
    if (path === "/api/report") {
      allow(request, ["GET", "HEAD"])
      return sendJson(response, 200, await (await readerFor(request)).report())
    }
    if (path === "/api/engines") {
      allow(request, ["GET", "HEAD"])
      return sendJson(response, 200, await listEngines())
    }
    const page = pages.get(path)
    if (page === undefined) throw new Refusal(404, "not-found", "There is nothing at this path.")
    allow(request, ["GET", "HEAD"])
    send(response, 200, page.type, page.body)
  }

  async function listEngines(): Promise<object> {
    const { engines, advice } = await served
    const listed = engines.map(({ engine: { id, name, device, compiles }, reader }) => {
      return { id, name, device, compiles, ...reader.state() }
    })
    return { engines: listed, ...(advice !== undefined && { advice }) }
  }

  async function readerFor({ url = "" }: IncomingMessage): Promise<ServedEngine["reader"]> {
    const { engines } = await served
    const id = new URLSearchParams(url.split("?", 2)[1]).get("engine") ?? engines[0].engine.id
    const found = engines.find(({ engine }) => engine.id === id)
    if (found) return found.reader
    const ids = engines.map(({ engine }) => engine.id).join(", ")
    throw new Refusal(404, "engine-unknown", `There is no engine of this name here. There are: ${ids}.`)
  }

  async function readPicture(request: IncomingMessage, signal: AbortSignal): Promise<object> {
    // Before a byte of the body is kept: it is bodies that fill the memory.
    if (pictures >= mostPictures) {
      const message = `${mostPictures} pictures are being read or wait for it already: try again in a moment.`
      throw new Refusal(503, "busy", message, { "Retry-After": "2" })
    }
    pictures++
    try {
      return await readBodyAndPicture(request, signal)
    } finally {
      pictures--
    }
  }

  async function readBodyAndPicture(request: IncomingMessage, signal: AbortSignal): Promise<object> {
    const file = await readBody(request, mostBytes)
    const { read } = await readerFor(request)
    const started = performance.now()
    const result = await read(file, signal)
    return { ...result, milliseconds: Math.round(performance.now() - started) }
  }
}

function allow({ method }: IncomingMessage, methods: readonly string[]): void {
  if (methods.includes(method ?? "")) return
  throw new Refusal(405, "method-not-allowed", `Use ${methods.join(" or ")}.`, { Allow: methods.join(", ") })
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: Uint8Array,
  headers: { readonly [name: string]: string } = {},
): void {
  response.writeHead(status, {
    "Cache-Control": "no-store",
    "Content-Type": type,
    "Content-Length": body.byteLength,
    ...securityHeaders,
    ...headers,
  })
  // Node leaves the body out of answers to HEAD.
  response.end(body)
}

function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers?: { readonly [name: string]: string },
): void {
  send(response, status, "application/json; charset=utf-8", Buffer.from(JSON.stringify(value)), headers)
}

function refuse(request: IncomingMessage, response: ServerResponse, { status, code, message, headers }: Refusal): void {
  if (response.headersSent) return void response.destroy()
  sendJson(response, status, { error: { code, message } }, headers)
  // A client that is still sending hears the answer only once it has sent: let it, for a moment.
  request.resume()
  if (headers.Connection === "close") setTimeout(() => request.destroy(), 2000).unref()
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return "code" in error ? `${error.message} (${error.code})` : (error.stack ?? error.message)
}
