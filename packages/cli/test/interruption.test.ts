import { once } from "node:events"
import { readdir } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as wait } from "node:timers/promises"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { makeWorkplace, type Workplace } from "./session.js"

let workplace: Workplace
beforeEach(async () => {
  workplace = await makeWorkplace()
  await workplace.run("strongroom keygen publisher")
})
afterEach(async () => {
  await workplace.remove()
})

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 6000; tries += 1) {
    if (await condition()) return
    await wait(10)
  }
  throw new Error("waited in vain")
}

describe.skipIf(process.platform === "win32")("an interrupted command", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("leaves nothing half-written: sealing, by %s", async (signal, exitCode) => {
    // Sparse: it takes a while to seal and no room.
    await workplace.run("dd if=/dev/zero of=large.bin bs=1 count=0 seek=2147483648")
    const before = await readdir(workplace.folder)
    const { kill, outcome } = workplace.start("exec strongroom seal large.bin -o large.sealed --key publisher.key")
    await until(async () => (await readdir(workplace.folder)).length === before.length + 2)
    kill(signal)
    expect(await outcome).toEqual({
      stdout: "",
      stderr: "error: Interrupted; nothing half-written was left. (aborted)\n",
      exitCode,
    })
    expect(await readdir(workplace.folder)).toEqual(before)
  })

  it("takes its vault along: running", async () => {
    const { exitCode } = await workplace.run(`
      cp "$MODELS"/*cls_infer.onnx ocr.onnx && strongroom seal ocr.onnx -o ocr.sealed --key publisher.key &&
      strongroom keygen identity -o alice.key > alice.txt &&
      strongroom grant ocr.sealed --key publisher.key --to @alice.txt -o alice.grant`)
    expect(exitCode).toBe(0)
    const before = await readdir(workplace.folder)
    const { kill, outcome } = workplace.start(
      "exec strongroom run ocr.sealed --grant alice.grant --identity alice.key --trust publisher.pub " +
        "--input x=zeros --shape x=1x3x48x192 --runs 1000000 --output-dir out",
    )
    await wait(2000)
    kill("SIGINT")
    const { stdout, stderr, exitCode: interrupted } = await outcome
    expect([stdout, stderr, interrupted]).toEqual(["", expect.stringContaining("(aborted)"), 130])
    expect(await readdir(workplace.folder)).toEqual(before)
    // The vault was of the same group of processes, as in a terminal. None of it is left.
    expect(() => kill(0)).toThrow("ESRCH")
  })

  it.each([
    "verify ADDRESS",
    "inspect ADDRESS",
    "grant ADDRESS --content-key content.key --key publisher.key --to @alice.txt -o alice.grant",
  ])("doesn't wait for a server that is silent: %s", async (command) => {
    const server = createServer(() => {})
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    try {
      await workplace.run(`
        echo model > model.bin && strongroom seal model.bin -o m.sealed --content-key content.key --key publisher.key &&
        strongroom keygen identity -o alice.key > alice.txt`)
      const { port } = server.address() as AddressInfo
      const address = `http://127.0.0.1:${port}/x`
      const { kill, outcome } = workplace.start(`exec strongroom ${command.replace("ADDRESS", address)} --json`)
      // Or it has ended before: then what it said is shown below.
      await Promise.race([once(server, "request"), outcome])
      kill("SIGTERM")
      // The server answers never: without the signal it would be `source-unreadable`, when the connection is given up.
      const { stderr, exitCode } = await outcome
      expect([JSON.parse(stderr).error.code, exitCode]).toEqual(["aborted", 143])
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  it.each([
    "verify pipe",
    "verify model.bin --trust pipe",
    "verify model.bin --trust publisher.pub --keyring pipe",
    "inspect pipe",
    "seal pipe -o m.sealed --key publisher.key",
    "seal model.bin -o m.sealed --key pipe",
    "grant model.bin --content-key pipe --key publisher.key --to @pipe -o alice.grant",
    "run model.bin --grant alice.grant --passphrase-file pipe --trust publisher.pub",
  ])("has no pipe to wait for, since none is opened: %s", async (command) => {
    await workplace.run("mkfifo pipe; echo model > model.bin")
    const { stderr, exitCode } = await workplace.run(`timeout 20 strongroom ${command}`)
    expect([stderr, exitCode]).toEqual([
      expect.stringMatching(/must be a file, but it is a pipe\..*source-unreadable/),
      1,
    ])
  })

  it.skipIf(process.platform !== "linux")("still reports: auditing", async () => {
    const { kill, outcome } = workplace.start(
      "exec strongroom audit -- sh -c 'echo secret > removed; rm removed; touch ready; exec sleep 60'",
    )
    await until(async () => (await readdir(workplace.folder)).includes("ready"))
    kill("SIGINT")
    const { stdout, exitCode } = await outcome
    expect(stdout).toMatch(/ended by signal 2/)
    expect(stdout).toMatch(/created, deleted +\w+ +7 bytes +text .*removed/)
    expect(exitCode).toBe(130)
  })
})
