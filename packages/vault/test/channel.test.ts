import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, writeFileSync } from "node:fs"
import type { Socket } from "node:net"
import { basename, join as joinPath } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it, onTestFinished } from "vitest"
import { makePrivateDirectory, removeDirectory } from "../src/app/private-directory.js"
import { openVaultWith } from "../src/app/vault.js"
import { encodeFrame, frameReader } from "../src/channel/frame.js"
import { parseToApp, parseToVault, type ToApp } from "../src/channel/messages.js"
import { coded, noNativePart, temporaryFolder, testBackend } from "./support.js"

const script = fileURLToPath(new URL("../dist/worker/main.js", import.meta.url))

/** A vault's process with this test as its app. */
async function bareVault(
  place?: string,
): Promise<{ child: ChildProcess; socket: Socket; directory: string; received: ToApp[] }> {
  const directory = place ?? (await makePrivateDirectory())
  onTestFinished(() => removeDirectory(directory))
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
/** As a vault would take it. */
const opening = (directory: string) =>
  parseToVault({
    ...{ type: "open", call: 1, backend: testBackend(), cachePolicy: "off", strict: [], debug: false },
    ...{ environment: {}, directory, directoryOutside: "0:0", writable: {}, noJail: "started by hand", passing: false },
  })
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
    // It wasn't told that the folder is its own.
    expect(existsSync(directory)).toBe(true)
  })

  it("ends when it is closed in the middle of a message", async () => {
    const { child, socket, directory } = await bareVault()
    socket.write(join(encodeFrame(opening(directory))))
    socket.end(join(encodeFrame({ type: "close" })).subarray(0, 15))
    await once(child, "exit")
    expect(existsSync(directory)).toBe(false)
  })
})

describe("the vault's file, started by hand in somebody's folder, leaves it as it is", () => {
  async function foreignFolder(name = "home"): Promise<string> {
    const folder = joinPath(await temporaryFolder(), name)
    mkdirSync(folder, { mode: 0o700 })
    writeFileSync(joinPath(folder, "precious"), "something")
    return folder
  }
  const stays = (folder: string) => expect(readdirSync(folder)).toEqual(["precious"])

  it("with no descriptor 3, and with one that is a file at its end", async () => {
    const folder = await foreignFolder()
    const empty = openSync("/dev/null", "r")
    onTestFinished(() => closeSync(empty))
    for (const others of [[], ["ignore"], [empty]] as const) {
      const child = spawn(process.execPath, [script], { cwd: folder, stdio: ["ignore", "ignore", "ignore", ...others] })
      await once(child, "exit")
      stays(folder)
    }
  })

  it("with a pipe that ends", async () => {
    const folder = await foreignFolder()
    const { child, socket } = await bareVault(folder)
    socket.end()
    await once(child, "exit")
    stays(folder)
  })

  it.each(frames)("with %s", async (_, bytes) => {
    const folder = await foreignFolder()
    const { child, socket } = await bareVault(folder)
    socket.end(bytes)
    await once(child, "exit")
    stays(folder)
  })

  it("with an open that names it, or names a vault's folder that it isn't in", async () => {
    const another = await makePrivateDirectory()
    onTestFinished(() => removeDirectory(another))
    for (const named of [undefined, another]) {
      const folder = await foreignFolder()
      const { child, socket } = await bareVault(folder)
      socket.end(join(encodeFrame(opening(named ?? folder))))
      await once(child, "exit")
      expect(readdirSync(folder)).toContain("precious")
      expect(existsSync(another)).toBe(true)
    }
  })

  it.skipIf(process.platform === "win32")("with one whose name is right, which others can enter", async () => {
    const made = await makePrivateDirectory()
    await removeDirectory(made)
    const folder = await foreignFolder(basename(made))
    chmodSync(folder, 0o755)
    const { child, socket } = await bareVault(folder)
    socket.end(join(encodeFrame(opening(folder))))
    await once(child, "exit")
    expect(readdirSync(folder)).toContain("precious")
  })
})

describe("the app's end of the channel", () => {
  const wrong = [
    ["noise", coded("channel-invalid")],
    ["unknown", coded("channel-invalid")],
    ["unasked", coded("channel-invalid")],
    ["silent", coded("vault-start")],
    ["huge", coded("channel-invalid")],
  ] as const
  const kinds = [
    ["a vault", noNativePart],
    ["a jailed vault", new URL("../dist/native/", import.meta.url)],
  ] as const
  const all = kinds.flatMap(([kind, native]) => wrong.map((one) => [kind, ...one, native] as const))
  it.each(all)("ends %s that sends %s", async (_, what, expected, native) => {
    const wrongVault = new URL(`./fixtures/wrong-vault.mjs`, import.meta.url)
    const pids: (number | undefined)[] = []
    const log = (event: { event: string; pid?: number | undefined }) => {
      if (event.event === "started") pids.push(event.pid)
    }
    const backend = testBackend({}, { environment: { WRONG: what } })
    await expect(openVaultWith(wrongVault, { backend, log }, { native })).rejects.toEqual(expected)
    expect(() => process.kill(pids[0] ?? 0, 0)).toThrow("ESRCH")
  })
})
