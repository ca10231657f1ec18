import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, describe, expect, it, vi } from "vitest"
import { artifactFolder } from "../src/node/cache-folder.js"
import { fileStore } from "../src/node/file-store.js"

const base = mkdtempSync(join(realpathSync(tmpdir()), "strongroom-store-"))
// The ordinary user of a test must reach what is below.
chmodSync(base, 0o755)
afterAll(() => rmSync(base, { recursive: true, force: true }))
let made = 0
const fresh = () => join(base, String(++made))

const keyOf = (number: number) => createHash("sha256").update(String(number)).digest("hex")
const fileOf = (folder: string, number: number) => join(folder, `${keyOf(number)}.artifact`)
const storeFailed = (words: string) => expect.objectContaining({ code: "store-failed", message: words })
const age = (path: string, milliseconds: number) => {
  const then = new Date(Date.now() - milliseconds)
  utimesSync(path, then, then)
}

const worker = fileURLToPath(new URL("./support/store-worker.mjs", import.meta.url))
const answerOf = ({ stdout, stderr }: SpawnSyncReturns<string>) => {
  if (stderr !== "") throw new Error(stderr)
  return JSON.parse(stdout.trim().split("\n").at(-1) as string)
}

describe("fileStore", () => {
  it("keeps, gives, lists and deletes, for its owner only", async () => {
    const folder = join(fresh(), "made/when/needed")
    const store = fileStore(folder)
    expect(await store.get(keyOf(0))).toBeUndefined()
    expect(await store.list()).toEqual([])
    await store.delete(keyOf(0))
    expect(existsSync(folder)).toBe(false)
    await store.put(keyOf(0), Uint8Array.of(1, 2, 3))
    await store.put(keyOf(0), Uint8Array.of(4, 5))
    expect(await store.get(keyOf(0))).toEqual(Uint8Array.of(4, 5))
    expect(await store.list()).toEqual([{ key: keyOf(0), byteLength: 2, lastUsed: expect.any(Date) }])
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(fileOf(folder, 0)).mode & 0o777).toBe(0o600)
    await store.delete(keyOf(0))
    expect(await fileStore(folder).get(keyOf(0))).toBeUndefined()
    expect(readdirSync(folder)).toEqual([])
  })

  it.each(["", "../../up", "A".repeat(64), `${"a".repeat(63)}/`, 1])("takes %j for no key", async (key) => {
    const store = fileStore(fresh())
    await expect(store.get(key as string)).rejects.toThrow(TypeError)
    await expect(store.put(key as string, Uint8Array.of(1))).rejects.toThrow(TypeError)
    await expect(store.delete(key as string)).rejects.toThrow(TypeError)
  })

  it("refuses options that are none", () => {
    expect(() => fileStore("")).toThrow(TypeError)
    expect(() => fileStore(fresh(), { maxBytes: -1 })).toThrow(RangeError)
    expect(() => fileStore(fresh(), { maxAge: Number.NaN })).toThrow(RangeError)
  })

  it("forgets what was used longest ago, at its limit and not before", async () => {
    const folder = fresh()
    const store = fileStore(folder, { maxBytes: 30 })
    for (const i of [0, 1, 2]) {
      await store.put(keyOf(i), new Uint8Array(10))
      age(fileOf(folder, i), (10 - i) * 3_600_000)
    }
    expect(await store.list()).toHaveLength(3)
    // The oldest is used again.
    expect(await store.get(keyOf(0))).toHaveLength(10)
    await store.put(keyOf(3), new Uint8Array(10))
    expect((await store.list()).map(({ key }) => key).sort()).toEqual([0, 2, 3].map(keyOf).sort())
    // What alone is larger isn't kept, and displaces nothing.
    await store.put(keyOf(4), new Uint8Array(31))
    expect(await store.list()).toHaveLength(3)
  })

  it("keeps nothing older than what it has forgotten, however small it is", async () => {
    const folder = fresh()
    const store = fileStore(folder)
    for (const [i, byteLength] of [5, 15, 10].entries()) {
      await store.put(keyOf(i), new Uint8Array(byteLength))
      age(fileOf(folder, i), (10 - i) * 3_600_000)
    }
    await fileStore(folder, { maxBytes: 30 }).put(keyOf(3), new Uint8Array(10))
    expect((await store.list()).map(({ key }) => key).sort()).toEqual([2, 3].map(keyOf).sort())
  })

  it("leaves alone what another process is writing, also at its limit", async () => {
    const folder = fresh()
    await fileStore(folder).put(keyOf(0), new Uint8Array(10))
    const writing = `.strongroom-${"c".repeat(24)}.part`
    writeFileSync(join(folder, writing), new Uint8Array(20))
    await fileStore(folder, { maxBytes: 25 }).put(keyOf(1), new Uint8Array(10))
    expect(readdirSync(folder).sort()).toEqual([writing, `${keyOf(0)}.artifact`, `${keyOf(1)}.artifact`].sort())
  })

  it("forgets what wasn't used for long, and what killed writers left", async () => {
    const folder = fresh()
    await fileStore(folder).put(keyOf(0), Uint8Array.of(1))
    age(fileOf(folder, 0), 5000)
    const left = join(folder, `.strongroom-${"a".repeat(24)}.part`)
    const young = join(folder, `.strongroom-${"b".repeat(24)}.part`)
    writeFileSync(left, "half")
    writeFileSync(young, "half")
    writeFileSync(join(folder, "somebody's"), "file")
    age(left, 3_700_000)
    age(join(folder, "somebody's"), 10 ** 12)
    await fileStore(folder, { maxAge: 4000 }).put(keyOf(1), Uint8Array.of(1))
    expect(readdirSync(folder).sort()).toEqual(
      [`.strongroom-${"b".repeat(24)}.part`, `${keyOf(1)}.artifact`, "somebody's"].sort(),
    )
  })

  it("has no half of what a killed process wrote", async () => {
    const folder = fresh()
    let parts = 0
    // Until it was killed in the middle of a write several times, which is the control: when that is, is chance.
    for (let kill = 0; kill < 6 || (parts < 3 && kill < 60); kill++) {
      const child = spawn(process.execPath, [worker, folder, "forever", "3000000"], {
        stdio: ["ignore", "pipe", "inherit"],
      })
      await once(child.stdout, "data")
      await new Promise((resolve) => setTimeout(resolve, 5 + 11 * (kill % 6)))
      child.kill("SIGKILL")
      await once(child, "exit")
      const store = fileStore(folder)
      for (const { key } of await store.list()) expect(isWhole(await store.get(key))).toBe(true)
      expect((await store.list()).length).toBe(4)
      parts += readdirSync(folder).filter((name) => name.endsWith(".part")).length
    }
    expect(parts).toBeGreaterThan(0)
  })

  it("is shared by 8 processes", async () => {
    const folder = fresh()
    const found = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const child = spawn(process.execPath, [worker, folder, "share"], { stdio: ["ignore", "pipe", "inherit"] })
        const [[line]] = await Promise.all([once(child.stdout, "data"), once(child, "exit")])
        return JSON.parse(String(line))
      }),
    )
    expect(found.reduce((sum, { broken }) => sum + broken, 0)).toBe(0)
    expect(found.reduce((sum, { whole }) => sum + whole, 0)).toBeGreaterThan(50)
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([])
  })

  it("goes on when its folder is deleted", async () => {
    const folder = fresh()
    const store = fileStore(folder)
    await store.put(keyOf(0), Uint8Array.of(1))
    rmSync(folder, { recursive: true })
    expect(await store.get(keyOf(0))).toBeUndefined()
    expect(await store.list()).toEqual([])
    await store.put(keyOf(0), Uint8Array.of(2))
    expect(await store.get(keyOf(0))).toEqual(Uint8Array.of(2))
  })

  it("works with 10,000 entries", async () => {
    const folder = fresh()
    mkdirSync(folder, { mode: 0o700 })
    for (let i = 0; i < 10_000; i++) writeFileSync(fileOf(folder, i), "x", { mode: 0o600 })
    const store = fileStore(folder, { maxBytes: 5000 })
    expect(await store.list()).toHaveLength(10_000)
    await store.put(keyOf(10_000), Uint8Array.of(1))
    expect(await store.list()).toHaveLength(5000)
    expect(await store.get(keyOf(10_000))).toEqual(Uint8Array.of(1))
  })
})

describe.skipIf(process.platform === "win32")("a store that somebody got at", () => {
  it("follows no link that is planted in its folder", async () => {
    const folder = fresh()
    const store = fileStore(folder)
    await store.put(keyOf(0), Uint8Array.of(1))
    const outside = fresh()
    writeFileSync(outside, "outside")
    rmSync(fileOf(folder, 0))
    symlinkSync(outside, fileOf(folder, 0))
    expect(await store.get(keyOf(0))).toBeUndefined()
    expect(await store.list()).toEqual([])
    await store.put(keyOf(0), Uint8Array.of(2))
    expect(readFileSync(outside, "utf8")).toBe("outside")
    expect(lstatSync(fileOf(folder, 0)).isFile()).toBe(true)
    rmSync(fileOf(folder, 0))
    symlinkSync(outside, fileOf(folder, 0))
    await store.delete(keyOf(0))
    expect(readFileSync(outside, "utf8")).toBe("outside")
  })

  it("isn't one behind a link, in a file, or where others can write", async () => {
    const [real, link, file, open] = [fresh(), fresh(), fresh(), fresh()]
    mkdirSync(real, { mode: 0o700 })
    symlinkSync(real, link)
    writeFileSync(file, "")
    mkdirSync(open)
    chmodSync(open, 0o777)
    for (const [folder, words] of [
      [link, "symbolic link"],
      [file, "something else"],
      [open, "others can write"],
      [join(file, "below"), "ENOTDIR"],
    ] as const) {
      const store = fileStore(folder)
      const failure = storeFailed(expect.stringContaining(words) as unknown as string)
      await expect(store.put(keyOf(0), Uint8Array.of(1))).rejects.toEqual(failure)
      await expect(store.get(keyOf(0))).rejects.toEqual(failure)
    }
    expect(readdirSync(real)).toEqual([])
  })

  it("waits for no pipe, and survives a folder and a giant in an entry's place", async () => {
    const folder = fresh()
    const store = fileStore(folder, { maxBytes: 1000 })
    mkdirSync(folder, { mode: 0o700 })
    spawnSync("mkfifo", [fileOf(folder, 0)])
    mkdirSync(fileOf(folder, 1))
    spawnSync("truncate", ["-s", "1T", fileOf(folder, 2)])
    for (const i of [0, 1, 2]) expect(await store.get(keyOf(i))).toBeUndefined()
    await store.put(keyOf(0), Uint8Array.of(1))
    expect(await store.get(keyOf(0))).toEqual(Uint8Array.of(1))
    await expect(store.put(keyOf(1), Uint8Array.of(1))).rejects.toEqual(storeFailed(expect.any(String)))
    await store.put(keyOf(2), Uint8Array.of(1))
    expect(await store.get(keyOf(2))).toEqual(Uint8Array.of(1))
  })

  // Root is refused nothing, so that somebody else has to try.
  it.runIf(process.getuid?.() === 0)("of another user's is refused", async () => {
    const folder = fresh()
    await fileStore(folder).put(keyOf(0), Uint8Array.of(1))
    chmodSync(folder, 0o755)
    const other = { uid: 61_234, gid: 61_234, encoding: "utf8" } as const
    const answer = answerOf(spawnSync(process.execPath, [worker, folder, "try", "10"], other))
    for (const deed of ["put", "get", "list", "delete"]) {
      expect([deed, answer[deed].code, answer[deed].message]).toEqual([
        deed,
        "store-failed",
        expect.stringContaining("another user"),
      ])
    }
    // Its own folder, with an entry that root left there.
    const own = fresh()
    mkdirSync(own, { mode: 0o700 })
    writeFileSync(fileOf(own, 0), "root's", { mode: 0o600 })
    spawnSync("chown", ["61234:61234", own])
    const mixed = answerOf(spawnSync(process.execPath, [worker, own, "try", "10"], other))
    expect(mixed).toMatchObject({ put: null, get: { code: "store-failed" }, list: 2, delete: null })
  })
})

/** Runs the worker where `mount` has been done: in namespaces of its own, as an ordinary user can. */
function mounted(folder: string, mount: string, deed: readonly string[]): SpawnSyncReturns<string> {
  const run = [process.execPath, worker, join(folder, "store"), ...deed].map((word) => `'${word}'`).join(" ")
  return spawnSync("unshare", ["-Urm", "sh", "-ec", `${mount}\n${run}`], { encoding: "utf8" })
}
const canMount = process.platform === "linux" && spawnSync("unshare", ["-Urm", "true"]).status === 0

describe.skipIf(!canMount)("a store on a file system", () => {
  it("that is full keeps what it has, and says so", () => {
    const folder = fresh()
    mkdirSync(folder)
    const fill = `mount -t tmpfs -o size=64k none ${folder}; mkdir -m 700 ${folder}/store; head -c 5 /dev/zero > ${folder}/store/${keyOf(0)}.artifact`
    expect(answerOf(mounted(folder, fill, ["try", "10"]))).toMatchObject({ put: null, get: 5, list: 2 })
    const answer = answerOf(mounted(folder, fill, ["try", "1000000"]))
    expect(answer).toMatchObject({ put: { code: "store-failed" }, get: 5, list: 1, delete: null })
    expect(answer.put.message).toContain("the disk is full (ENOSPC)")
  })

  it("that is read-only gives what is there", async () => {
    const folder = fresh()
    await fileStore(join(folder, "store")).put(keyOf(0), new Uint8Array(7))
    const readOnly = `mount --bind ${folder} ${folder}; mount -o remount,ro,bind ${folder}`
    const answer = answerOf(mounted(folder, readOnly, ["try", "10"]))
    expect(answer).toMatchObject({ put: { code: "store-failed" }, get: 7, list: 1, delete: { code: "store-failed" } })
    expect(answer.put.message).toContain("read-only (EROFS)")
    // Where there isn't even a folder.
    const empty = fresh()
    mkdirSync(empty)
    const none = `mount --bind ${empty} ${empty}; mount -o remount,ro,bind ${empty}`
    expect(answerOf(mounted(empty, none, ["try", "10"]))).toMatchObject({
      put: { code: "store-failed" },
      get: null,
      list: 0,
      delete: null,
    })
  })
})

describe("this user's own folder", () => {
  afterEach(() => vi.unstubAllEnvs())

  it.runIf(process.platform === "linux")("is where XDG says, if that is absolute", () => {
    vi.stubEnv("XDG_CACHE_HOME", "/somewhere")
    expect(artifactFolder()).toBe("/somewhere/strongroom/artifacts")
    for (const relative of ["", "somewhere"]) {
      vi.stubEnv("XDG_CACHE_HOME", relative)
      expect(artifactFolder()).toBe(join(homedir(), ".cache/strongroom/artifacts"))
    }
  })

  it.runIf(process.platform === "linux").each(["", "home"])(
    "is none in the home %j, which says no place",
    async (home) => {
      vi.stubEnv("XDG_CACHE_HOME", undefined)
      vi.stubEnv("HOME", home)
      const none = expect.objectContaining({ code: "store-failed", message: expect.stringContaining("has no home") })
      expect(() => artifactFolder()).toThrow(none)
      await expect(fileStore().put(keyOf(0), Uint8Array.of(1))).rejects.toEqual(none)
    },
  )

  it.runIf(process.platform === "linux")("is used when no other is named", async () => {
    const cache = fresh()
    vi.stubEnv("XDG_CACHE_HOME", cache)
    await fileStore().put(keyOf(0), Uint8Array.of(1))
    expect(readdirSync(join(cache, "strongroom/artifacts"))).toEqual([`${keyOf(0)}.artifact`])
  })
})

function isWhole(bytes: Uint8Array | undefined): boolean {
  if (bytes === undefined || bytes.length <= 32) return false
  return createHash("sha256").update(bytes.subarray(0, -32)).digest().equals(bytes.subarray(-32))
}
