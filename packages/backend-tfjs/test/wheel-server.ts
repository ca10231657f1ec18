import { createHash } from "node:crypto"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { Wheel } from "../src/setup/pins.js"

/** A package index that has its files itself. `asked` are the paths of all requests. */
export interface WheelServer {
  /** For PIP_INDEX_URL. */
  readonly url: string
  readonly asked: string[]
  /** Served from now on, in the place of what had that name. */
  serve(wheel: Wheel, content: Uint8Array): void
  close(): void
}

export async function startWheelServer(): Promise<WheelServer> {
  const contents = new Map<string, { readonly project: string; readonly content: Uint8Array }>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ""
    asked.push(path)
    const name = path.split("/").at(-1) as string
    const content = contents.get(name)?.content
    if (content === undefined) {
      const project = path.split("/").at(-2)
      const files = [...contents].filter(([, file]) => file.project === project)
      return void response.end(JSON.stringify({ files: files.map(([file]) => ({ url: `/files/${file}` })) }))
    }
    const [, first = "0", last = "0"] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? []
    const body = content.subarray(Number(first), Number(last) + 1)
    const range = `bytes ${first}-${Number(first) + body.length - 1}/${content.length}`
    response.writeHead(206, { "content-range": range, etag: '"1"' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`,
    asked,
    serve: ({ project, file }, content) => void contents.set(file, { project, content }),
    close: () => void server.close(),
  }
}

/** What is pinned of a wheel with this content. */
export function wheelOf(project: string, content: Uint8Array): Wheel {
  return {
    project,
    file: `${project.replaceAll("-", "_")}-1.0-py3-none-any.whl`,
    sha256: createHash("sha256").update(content).digest("hex"),
    byteLength: content.length,
  }
}
