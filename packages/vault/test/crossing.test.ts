import { execFileSync, spawnSync } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import { appendFile } from "node:fs/promises"
import { createServer } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { openVault, type Session, tensor, type Vault } from "@strongroom/vault"
import { describe, expect, it, onTestFinished } from "vitest"
import { type Crossing, openCrossing } from "../src/app/crossing.js"
import { openVaultWith } from "../src/app/vault.js"
import {
  type BackendOptions,
  coded,
  echoModel,
  pidOf,
  ship,
  startApp,
  temporaryFolder,
  testBackend,
  until,
} from "./support.js"

const linux = process.platform === "linux"
const script = new URL("../dist/worker/main.js", import.meta.url)
const x = tensor("float32", [1], Float32Array.of(1))
const large = (value: number) => tensor("float32", [2 ** 15], new Float32Array(2 ** 15).fill(value))
const openFiles = (pid: number | "self") => readdirSync(`/proc/${pid}/fd`).length
const sharedMaps = (pid: number | "self") =>
  readFileSync(`/proc/${pid}/maps`, "latin1").match(/memfd:strongroom/g) ?? []

const ways: [string, () => Promise<Crossing | undefined>][] = [["by the main thread alone", async () => undefined]]
if (linux) ways.push(["by descriptors", openCrossing])

describe.each(ways)("what crosses %s", (_, cross) => {
  async function open(options: BackendOptions = {}): Promise<Vault> {
    const vault = await openVaultWith(script, { backend: testBackend(options) }, { cross })
    onTestFinished(() => vault.close())
    return vault
  }

  it("comes out as it went in: files, tensors small and large, kept outputs, errors", async () => {
    const shipped = await ship(echoModel("float32", new Uint8Array(100_000).fill(3)))
    const vault = await open({ facts: true })
    const session = await vault.load(shipped.model, shipped.keys)
    for (const value of [x, large(1), large(2), x, large(3), tensor("float32", [0], new Float32Array(0))]) {
      expect((await session.run({ x: value }, { outputs: ["y"] })).y).toEqual(value)
    }
    const values = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((value) => session.run({ x: large(value) })))
    expect(values.map(({ y }) => y?.data.at(-1))).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(JSON.parse(String(values[0]?.facts?.data[0])).partBytes).toEqual([100_000])
    const { y } = await session.run({ x: large(8) }, { outputs: ["y"], keep: ["y"] })
    const again = await session.run({ x: y as never }, { outputs: ["y"] })
    expect(again.y).toEqual(large(8))
    await expect(session.run({ x: tensor("int8", [1], [1]) })).rejects.toEqual(coded("input-type"))
    const missing = vault.load(`${shipped.model}.not`, shipped.keys)
    await expect(missing).rejects.toThrow(`${shipped.model}.not doesn't exist`)
    await session.close()
    await expect(session.run({ x })).rejects.toEqual(coded("session-closed"))
    expect((await (await vault.load(shipped.model, shipped.keys)).run({ x })).y).toEqual(x)
  })

  it("gives outputs that stay as they are, whatever later runs do", async () => {
    const shipped = await ship()
    const session = await (await open()).load(shipped.model, shipped.keys)
    const kept = [1, 2, 3, 4].map(async (value) => (await session.run({ x: large(value) })).y)
    const early = await Promise.all(kept)
    for (let value = 5; value < 9; value++) await session.run({ x: large(value) })
    expect(early).toEqual([1, 2, 3, 4].map(large))
  })

  it("of an aborted run leaves room and order for the others", async () => {
    const shipped = await ship()
    const session = await (await open({ milliseconds: 100, cancels: false })).load(shipped.model, shipped.keys)
    await session.run({ x: large(0) })
    await session.run({ x: large(0) })
    const controller = new AbortController()
    const aborted = session.run({ x: large(1) }, { signal: controller.signal }).catch((error) => error)
    const other = session.run({ x: large(2) })
    controller.abort(new Error("enough"))
    expect(await aborted).toEqual(new Error("enough"))
    expect((await session.run({ x: large(3) })).y).toEqual(large(3))
    expect((await other).y).toEqual(large(2))
  })

  it("to a session that is closed at once is still answered", async () => {
    const shipped = await ship()
    const vault = await open({ milliseconds: 50 })
    for (const end of [(session: Session) => session.close(), () => vault.close()]) {
      const session = await vault.load(shipped.model, shipped.keys)
      const runs = [large(1), x, x].map((value) => session.run({ x: value }))
      await Promise.all([end(session), ...runs])
      expect((await runs[0])?.y).toEqual(large(1))
    }
  })

  it("of six sessions at once: none waits for another", async () => {
    const shipped = await ship()
    const vault = await open({ meet: 6 })
    const sessions = await Promise.all(Array.from({ length: 6 }, () => vault.load(shipped.model, shipped.keys)))
    await Promise.all(sessions.map((session) => session.run({ x })))
  })

  it("lets the app's timers go on, while an engine blocks its thread", async () => {
    const shipped = await ship()
    const vault = await open({ blockMilliseconds: 300 })
    const session = await vault.load(shipped.model, shipped.keys)
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    await session.run({ x })
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(5)
  })
})

describe.runIf(linux)("where descriptors can be passed", () => {
  it("large tensors lie in memory that both have mapped, and small ones don't make any", async () => {
    const shipped = await ship()
    await using vault = await openVault({ backend: testBackend() })
    const session = await vault.load(shipped.model, shipped.keys)
    for (let i = 0; i < 5; i++) await session.run({ x })
    expect([sharedMaps("self"), sharedMaps(pidOf(vault))]).toEqual([[], []])
    for (let i = 0; i < 5; i++) await session.run({ x: large(i) })
    expect([sharedMaps("self").length, sharedMaps(pidOf(vault)).length]).toEqual([1, 1])
    // The memory grows by being replaced.
    const larger = tensor("float32", [2 ** 21], new Float32Array(2 ** 21).fill(1))
    for (let i = 0; i < 5; i++) expect((await session.run({ x: larger })).y?.data.at(-1)).toBe(1)
    expect([sharedMaps("self").length, sharedMaps(pidOf(vault)).length]).toEqual([1, 1])
    await session.close()
    expect([sharedMaps("self"), sharedMaps(pidOf(vault))]).toEqual([[], []])
  })

  it("the app reads no byte of model, grant and identity", async () => {
    const shipped = await ship(echoModel("float32", new Uint8Array(8 * 2 ** 20)))
    await appendFile(shipped.keys.identity.file, `# ${"x".repeat(900_000)}\n`)
    const app = await startApp(shipped, "wait")
    const read = (pid: number) => Number(/rchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, "latin1"))?.[1])
    expect(read(app.vaultPid)).toBeGreaterThan(8.9e6)
    // What a program reads that loads the same packages and opens no model; they are over a megabyte.
    const index = new URL("../dist/index.js", import.meta.url).href
    const code = `await import(${JSON.stringify(index)}); await import("koffi"); await import("@strongroom/core/node")
      console.log(require("node:fs").readFileSync("/proc/self/io", "latin1"))`
    const options = [
      "--input-type=module",
      "-e",
      `import { createRequire } from "node:module"; const require = createRequire(${JSON.stringify(index)}); ${code}`,
    ]
    const cwd = fileURLToPath(new URL("..", import.meta.url))
    const plain = Number(/rchar: (\d+)/.exec(execFileSync(process.execPath, options, { cwd, encoding: "utf8" }))?.[1])
    expect(read(app.process.pid ?? 0) - plain).toBeLessThan(400_000)
  })

  it("200 loads that end in every way leave no descriptor open on either side", { timeout: 180_000 }, async () => {
    const shipped = await ship()
    const other = await ship()
    const vault = await openVault({ backend: testBackend() })
    onTestFinished(() => vault.close())
    const ways: (() => Promise<unknown>)[] = [
      async () => (await vault.load(shipped.model, shipped.keys)).close(),
      async () => {
        const session = await vault.load(shipped.model, shipped.keys)
        await session.run({ x: large(1) })
        await session.run({ x: large(1) })
        await session.close()
      },
      () => vault.load(shipped.model, other.keys),
      () => vault.load(shipped.keys.grant, shipped.keys),
      () => vault.load(shipped.model, { ...shipped.keys, identity: { file: "/nowhere" } }),
      ...[0, 5, 20].map((milliseconds) => async () => {
        const load = vault.load(shipped.model, shipped.keys, { signal: AbortSignal.timeout(milliseconds) })
        await (await load).close()
      }),
    ]
    const round = async (count: number) => {
      for (let i = 0; i < count; i++) await ways[i % ways.length]?.().catch(() => {})
    }
    /** With the spare thread that comes after a load, and without those that are still ending: the same for 3 seconds. */
    const settled = async () => {
      const looks: string[] = []
      await until(async () => {
        looks.push(JSON.stringify([openFiles("self"), openFiles(pidOf(vault))]))
        await new Promise((resolve) => setTimeout(resolve, 1000))
        return looks.length > 3 && new Set(looks.slice(-4)).size === 1
      })
      return JSON.parse(looks.at(-1) as string) as readonly [ours: number, vaults: number]
    }
    await round(8)
    const before = await settled()
    await round(200)
    expect(await settled()).toEqual(before)
  })

  it("a session whose thread is ended by force leaves none either", async () => {
    const shipped = await ship()
    const vault = await openVault({ backend: testBackend({ loading: "hang" }) })
    onTestFinished(() => vault.close())
    const load = () => vault.load(shipped.model, shipped.keys, { signal: AbortSignal.timeout(200) }).catch(() => {})
    await load()
    await new Promise((resolve) => setTimeout(resolve, 4500))
    const before = openFiles(pidOf(vault))
    await Promise.all([load(), load(), load()])
    await until(() => openFiles(pidOf(vault)) === before)
  })
})

describe.runIf(linux)("another process", () => {
  /** Inode numbers of a process's sockets. */
  const sockets = (pid: number | "self") =>
    readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
      try {
        const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`)) ?? []
        return inode ? [{ descriptor, inode }] : []
      } catch {
        return []
      }
    })
  /** What proc(5) says of those Unix sockets that have a name; nobody can connect to one without. */
  const named = (pid: number | "self") => {
    const inodes = new Set(sockets(pid).map(({ inode }) => inode))
    const lines = readFileSync("/proc/net/unix", "latin1").trim().split("\n").slice(1)
    return lines.map((line) => line.trim().split(/\s+/)).filter((fields) => inodes.has(fields[6] ?? "") && fields[7])
  }

  it("finds nothing to connect to: no socket of a vault has a name", async () => {
    const folder = await temporaryFolder()
    // The control: a socket that has one, and that is found so.
    const server = createServer().listen(join(folder, "named"))
    onTestFinished(() => void server.close())
    await once(server, "listening")
    expect(named("self").length).toBeGreaterThan(0)

    const app = await startApp(await ship(), "wait")
    expect(sockets(app.vaultPid).length).toBeGreaterThanOrEqual(3)
    expect(named(app.vaultPid)).toEqual([])
    expect(named(app.process.pid ?? 0)).toEqual([])
  })

  it("can't open one of its descriptors again, as one can a file's", async () => {
    const app = await startApp(await ship(), "wait")
    for (const pid of [app.vaultPid, app.process.pid ?? 0]) {
      const [channel] = sockets(pid)
      expect(channel).toBeDefined()
      const opened = spawnSync("cat", [`/proc/${pid}/fd/${channel?.descriptor}`], { encoding: "utf8" })
      expect(opened.stderr).toMatch(/No such device or address/)
    }
    // Another user doesn't even see them.
    const seen = spawnSync("ls", [`/proc/${app.vaultPid}/fd`], { uid: 65534, gid: 65534, encoding: "utf8" })
    expect(seen.status).not.toBe(0)
  })
})
