import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { extname } from "node:path"

/** What is served under a path. */
export interface Served {
  readonly bytes: Uint8Array
  /** False: a request for a range gets the whole. Default: true. */
  readonly ranges?: boolean
  /** Sent in pieces of 64 KiB, so many milliseconds apart. Default: at once. */
  readonly pause?: number
}

export interface PageServer {
  /** `http://localhost:PORT`: a secure context, which passkeys and the origin-private file system want. */
  readonly origin: string
  /** By path; to be changed at any time. */
  readonly files: Map<string, Served>
  /** Method, path and range of every request so far. */
  readonly requests: string[]
  close(): Promise<void>
}

const types: { readonly [extension: string]: string } = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
}

/** Serves files from memory, to this machine alone. `isolated`: with the headers that give pages shared memory. */
export async function servePages({ isolated }: { readonly isolated: boolean }): Promise<PageServer> {
  const files = new Map<string, Served>()
  const requests: string[] = []
  const headers = isolated
    ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
    : {}
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost")
    requests.push(`${request.method} ${pathname} ${request.headers.range ?? ""}`.trim())
    const file = files.get(pathname)
    // So that nothing that is tested comes from the browser's own cache.
    const common = { ...headers, "cache-control": "no-store" }
    if (file === undefined) response.writeHead(404, common).end()
    else
      send(response, file, request.headers.range, {
        ...common,
        "content-type": types[extname(pathname)] ?? "application/octet-stream",
      })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    files,
    requests,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function send(
  response: ServerResponse,
  file: Served,
  range: string | undefined,
  headers: Record<string, string>,
): void {
  const { bytes, ranges = true, pause } = file
  const asked = ranges ? /^bytes=(\d+)-(\d+)$/.exec(range ?? "") : null
  const [first, last] = asked ? [Number(asked[1]), Math.min(Number(asked[2]), bytes.length - 1)] : [0, bytes.length - 1]
  const body = bytes.subarray(first, last + 1)
  const contentRange = asked && { "content-range": `bytes ${first}-${last}/${bytes.length}` }
  response.writeHead(asked ? 206 : 200, { ...headers, "content-length": String(body.length), ...contentRange })
  if (pause === undefined) response.end(body)
  else sendSlowly(response, body, pause)
}

function sendSlowly(response: ServerResponse, body: Uint8Array, pause: number): void {
  if (response.closed || body.length === 0) response.end()
  else {
    response.write(body.subarray(0, 65_536))
    setTimeout(sendSlowly, pause, response, body.subarray(65_536), pause)
  }
}
