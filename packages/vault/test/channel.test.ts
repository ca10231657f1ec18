import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import type { Socket } from "node:net"
import { fileURLToPath } from "node:url"
import { describe, expect, it, onTestFinished } from "vitest"
import { makePrivateDirectory } from "../src/app/private-directory.js"
import { openVaultWith } from "../src/app/vault.js"
import { encodeFrame, frameReader } from "../src/channel/frame.js"
import { parseToApp, type ToApp } from "../src/channel/messages.js"
import { coded, testBackend } from "./support.js"

/** A vault's process with this test as its app. */
async function bareVault(): Promise<{ child: ChildProcess; socket: Socket; directory: string; received: ToApp[] }> {
  const directory = await makePrivateDirectory()
  const script = fileURLToPath(new URL("../dist/worker/main.js", import.meta.url))
  const child = spawn(process.execPath, [script], { cwd: directory, stdio: ["ignore", "ignore", "inherit", "pipe"] })
  onTestFinished(() => void child.kill("SIGKILL"))
  const socket = child.stdio[3] as Socket
  const received: ToApp[] = []
  const reader = frameReader(({ metadata }) => received.push(parseToApp(metadata)))
  socket.on("data", (bytes: Buffer) => reader.push(bytes))
  socket.on("error", () => {})
  return { child, socket, directory, received }
}

const join = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces)
const frames: [string, Buffer][] = [
  ["noise", Buffer.from("GET / HTTP/1.1\r\nHost: vault\r\n\r\n")],
  ["a message that isn't one", join(encodeFrame({ type: "constructor" }))],
  ["a message before the vault is open", join(encodeFrame({ type: "close-session", call: 1, session: 1 }))],
]

describe("the vault's end of the channel", () => {
  it.each(frames)("refuses %s, says so and ends", async (_, bytes) => {
    const { child, socket, directory, received } = await bareVault()
    socket.write(bytes)
    await once(child, "exit")
    expect(received).toEqual([{ type: "fatal", error: expect.objectContaining({ code: "channel-invalid" }) }])
    expect(existsSync(directory)).toBe(false)
  })

  it("ends when it is closed in the middle of a message", async () => {
    const { child, socket, directory } = await bareVault()
    socket.end(join(encodeFrame({ type: "close" })).subarray(0, 15))
    await once(child, "exit")
    expect(existsSync(directory)).toBe(false)
  })
})

describe("the app's end of the channel", () => {
  it.each([
    ["noise", coded("channel-invalid")],
    ["unknown", coded("channel-invalid")],
    ["unasked", coded("channel-invalid")],
    ["silent", coded("vault-start")],
    ["huge", coded("channel-invalid")],
  ])("ends a vault that sends %s", async (what, expected) => {
    const script = new URL(`./fixtures/wrong-vault.mjs`, import.meta.url)
    const pids: (number | undefined)[] = []
    const log = (event: { event: string; pid?: number | undefined }) => {
      if (event.event === "started") pids.push(event.pid)
    }
    const backend = testBackend({}, { environment: { WRONG: what } })
    await expect(openVaultWith(script, { backend, log })).rejects.toEqual(expected)
    expect(() => process.kill(pids[0] ?? 0, 0)).toThrow("ESRCH")
  })
})
