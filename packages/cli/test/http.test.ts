import { once } from "node:events"
import { readFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeWorkplace, type Workplace } from "./session.js"

let workplace: Workplace
let server: Server
let address: string

beforeAll(async () => {
  if (process.platform === "win32") return
  workplace = await makeWorkplace()
  const { exitCode } = await workplace.run(`
    cp "$MODELS"/*cls_infer.onnx ocr.onnx && strongroom keygen publisher &&
    strongroom seal ocr.onnx -o ocr.sealed --key publisher.key && strongroom keygen identity -o alice.key > alice.txt &&
    strongroom grant ocr.sealed --key publisher.key --to @alice.txt -o alice.grant`)
  expect(exitCode).toBe(0)
  const file = readFileSync(join(workplace.folder, "ocr.sealed"))
  server = createServer((request, response) => {
    if (request.url === "/missing") return void response.writeHead(404).end()
    const [, first, last] = /^bytes=(\d+)-(\d+)?$/.exec(request.headers.range ?? "") ?? []
    if (request.url !== "/ocr.sealed" || first === undefined) return void response.end(file)
    const part = file.subarray(Number(first), last === undefined ? undefined : Number(last) + 1)
    const range = `bytes ${first}-${Number(first) + part.length - 1}/${file.length}`
    response.writeHead(206, { "content-range": range, "content-length": part.length, etag: '"1"' }).end(part)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  if (process.platform === "win32") return
  server.closeAllConnections()
  server.close()
  await workplace.remove()
})

describe.skipIf(process.platform === "win32")("a model on a server", () => {
  it.each([
    ["verify", "--trust publisher.pub"],
    ["inspect", ""],
    ["inspect", "--grant alice.grant --identity alice.key --trust publisher.pub"],
    ["grant", "--content-key ocr.sealed.key --key publisher.key --to @alice.txt -o other.grant"],
    ["run", "--grant alice.grant --identity alice.key --trust publisher.pub --input x=zeros --shape x=1x3x48x192"],
  ])("%s %s", async (command, options) => {
    const { stderr, exitCode } = await workplace.run(`strongroom ${command} ${address}/ocr.sealed ${options}`)
    expect([stderr, exitCode]).toEqual(["", 0])
  })

  it.each([
    ["/missing", "source-missing"],
    ["/without-ranges", "source-ranges"],
  ])("%s is refused with %s", async (path, code) => {
    const { stderr, exitCode } = await workplace.run(`strongroom verify ${address}${path} --json`)
    expect([JSON.parse(stderr).error.code, exitCode]).toEqual([code, 1])
  })
})
