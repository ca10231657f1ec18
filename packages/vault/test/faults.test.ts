import { spawnSync } from "node:child_process"
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { type GuaranteeId, openVault, type Report, tensor, type Vault } from "@strongroom/vault"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { thisArchitecture } from "../src/os/system-calls.js"
import { ordinaryUser } from "./ordinary-user.js"
import {
  canLookInside,
  coded,
  isRunning,
  pidOf,
  placeOf,
  type Shipped,
  ship,
  temporaryFolder,
  testBackend,
  until,
  vaultOf,
} from "./support.js"

const fixtures = fileURLToPath(new URL("fixtures/", import.meta.url))
const x = tensor("float32", [1], Float32Array.of(1))

/** What test/fixtures/vaults.mjs prints. */
interface Used {
  readonly report: Report
  /** Of a load. */
  readonly failure?: string
  /** How many runs gave what they should. */
  readonly right: number
  readonly pid: number
  readonly pids: readonly number[]
  readonly milliseconds: { readonly [step: string]: number }
  readonly descriptors: { readonly before: number; readonly after: number }
}

/** A shell's lines before the app: as root in mounts of its own, or as the user that the app is, too. */
interface Machine {
  readonly mounts?: string
  readonly limits?: string
}

/** What an ordinary user's app finds that opens `count` vaults at once. */
async function useVaults(count: number, { mounts, limits }: Machine = {}, folder = fixtures): Promise<Used> {
  const shipped = await ship()
  chmodSync(shipped.folder, 0o777)
  const { model, keys } = shipped
  const module = pathToFileURL(join(folder, "backend.mjs")).href
  const settings = JSON.stringify({ backend: { ...testBackend(), module }, model, keys, count })
  const { uid, gid } = ordinaryUser
  const user = uid === undefined ? "" : `setpriv --reuid ${uid} --regid ${gid} --clear-groups --`
  const run = `${limits ?? ":"}; exec ${user} "$@"`
  const app = [process.execPath, join(folder, "vaults.mjs"), settings]
  const shell = ["sh", "-ec", `${mounts ?? ":"}; ${run}`, "sh", ...app]
  const [program = "", ...rest] = mounts === undefined ? shell : ["unshare", "--mount", ...shell]
  const environment = { PATH: process.env.PATH, HOME: shipped.folder }
  const { stdout, stderr } = spawnSync(program, rest, { cwd: "/", env: environment, encoding: "utf8" })
  if (stdout === "") throw new Error(stderr)
  const answer = JSON.parse(stdout)
  if (!("report" in answer)) throw new Error(`There is no report: ${stdout}`)
  return answer
}

function found({ report }: Used, id: GuaranteeId) {
  return report.guarantees.find((one) => one.id === id)
}

/** Folders that an app has made for its vaults. */
function leftBy(pid: number): readonly string[] {
  return ["/dev/shm", "/tmp"].flatMap((parent) =>
    readdirSync(parent).filter((name) => name.startsWith("strongroom-") && name.split("-")[2] === String(pid)),
  )
}

const whole: readonly GuaranteeId[] = [
  ...(["process.private-directory", "process.directory-in-memory", "memory.private"] as const),
  ...(["files.confined", "network.none", "syscalls.filtered", "process.execute"] as const),
]

describe.runIf(thisArchitecture())("an ordinary user's app", () => {
  it("opens, uses and closes 100 vaults at once, of which nothing is left", { timeout: 300_000 }, async () => {
    const used = await useVaults(100)
    console.log("100 vaults at once, in milliseconds:", used.milliseconds)
    expect(used.right).toBe(100)
    expect(new Set(used.pids).size).toBe(200)
    await until(() => !used.pids.some(isRunning))
    expect(leftBy(used.pid)).toEqual([])
    expect(used.descriptors.after).toBe(used.descriptors.before)
  })

  it("may lock no memory, and has its vault", async () => {
    const used = await useVaults(1, { limits: "ulimit -l 0" })
    expect(used.right).toBe(1)
    for (const id of whole) expect([id, found(used, id)?.state]).toEqual([id, "enforced"])
  })

  const mountable = canLookInside && spawnSync("unshare", ["--mount", "true"]).status === 0
  it.runIf(mountable || process.env.CI).each([
    ["without /dev/shm", "umount /dev/shm"],
    ["with /dev/shm on which nothing may be executed", "mount -o remount,bind,noexec /dev/shm"],
    ["with /dev/shm that is read-only", "mount -o remount,bind,ro /dev/shm"],
  ])("%s has its vault", async (_, mounts) => {
    const used = await useVaults(1, { mounts })
    expect(used.right).toBe(1)
    for (const id of whole) expect([id, found(used, id)?.state]).toEqual([id, "enforced"])
    expect(leftBy(used.pid)).toEqual([])
  })

  describe("without a binary of koffi for its platform", () => {
    async function useWithoutKoffi(): Promise<Used> {
      const folder = await temporaryFolder()
      chmodSync(folder, 0o755)
      for (const name of ["@strongroom/vault", "@strongroom/core"]) copyPackage(name, folder)
      for (const name of ["backend.mjs", "vaults.mjs"]) cpSync(join(fixtures, name), join(folder, name))
      return await useVaults(1, {}, folder)
    }

    it("has a vault, which counts on nothing that it can't try", async () => {
      const used = await useWithoutKoffi()
      for (const id of ["syscalls.filtered", "network.none", "memory.private"] as const) {
        expect([id, found(used, id)?.state]).toEqual([id, "unavailable"])
      }
      expect(found(used, "process.core-dumps")?.state).not.toBe("enforced")
      expect(leftBy(used.pid)).toEqual([])
    })

    it("loads and runs, by node:crypto", async () => {
      const used = await useWithoutKoffi()
      expect(used.failure).toBeUndefined()
      expect(used.right).toBe(1)
      expect(found(used, "memory.wiped")).toMatchObject({
        state: "unavailable",
        evidence: { texts: 1, decryption: "node:crypto, by way of other memory" },
      })
    })
  })
})

/** A package with all that it depends on but koffi, in the node_modules of `folder`. */
function copyPackage(name: string, folder: string): void {
  const target = join(folder, "node_modules", name)
  if (existsSync(target)) return
  const source = packageFolder(name)
  mkdirSync(dirname(target), { recursive: true })
  const filter = (path: string) => !["node_modules", "src", "test", "bench"].includes(path.slice(source.length + 1))
  cpSync(source, target, { recursive: true, dereference: true, filter })
  const { dependencies = {} } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"))
  for (const one of Object.keys(dependencies)) if (one !== "koffi") copyPackage(one, folder)
}

function packageFolder(name: string): string {
  return fileURLToPath(new URL(`../../../node_modules/${name}`, import.meta.url))
}

/** Until the test ends no timer of seconds goes off: what waited one out, like close(), would wait for ever. */
function withoutDeadlines(): void {
  const { setTimeout: start } = globalThis
  const spy = vi.spyOn(globalThis, "setTimeout")
  spy.mockImplementation(((action: () => void, milliseconds?: number) =>
    start((milliseconds ?? 0) < 5000 ? action : () => {}, milliseconds)) as typeof setTimeout)
  onTestFinished(() => void spy.mockRestore())
}

describe.runIf(canLookInside)("a vault that is killed", () => {
  let shipped: Shipped
  const descriptors = () => readdirSync("/proc/self/fd").length

  /** What a load, a run or a close comes to while which `target` is killed. */
  const moments: { readonly [when: string]: (vault: Vault, kill: () => void) => Promise<unknown> } = {
    async load(vault, kill) {
      const load = vault.load(shipped.model, shipped.keys)
      setTimeout(kill, 300)
      return await load
    },
    async run(vault, kill) {
      const session = await vault.load(shipped.model, shipped.keys)
      setTimeout(kill, 100)
      return await session.run({ x })
    },
    async close(vault, kill) {
      const session = await vault.load(shipped.model, shipped.keys)
      const run = session.run({ x })
      run.catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, 100))
      withoutDeadlines()
      setTimeout(kill, 100)
      await vault.close()
      return await run
    },
  }

  const cases = ["vault", "parent"].flatMap((target) => Object.keys(moments).map((when) => [target, when] as const))
  it.each(cases)("(its %s) in a %s says so, leaves nothing, and takes no other along", async (target, when) => {
    shipped = await ship()
    await using bystander = await openVault({ backend: testBackend() })
    const other = await bystander.load(shipped.model, shipped.keys)
    await other.run({ x })
    const before = descriptors()
    const deed = when === "load" ? { loading: "block" } : { running: "block" }
    let child = 0
    const vault = await openVault({
      backend: testBackend(deed),
      log(event) {
        if (event.event === "started") child = event.pid ?? 0
      },
    })
    const pid = pidOf(vault)
    const place = placeOf(pid)
    expect(existsSync(place)).toBe(true)
    if (thisArchitecture()) expect(vaultOf(child)).toBe(pid)
    const kill = () => void process.kill(target === "vault" ? pid : child, "SIGKILL")
    const moment = moments[when] as (typeof moments)[string]
    const outcome = (await moment(vault, kill).catch((error) => error)) as Error
    expect(outcome).toEqual(coded(when === "close" ? "vault-closed" : "vault-exited"))
    if (when !== "close") expect(outcome.message).toMatch(/SIGKILL.*Open another vault/)
    await vault.close()
    await until(() => !isRunning(pid) && !isRunning(child))
    expect(existsSync(place)).toBe(false)
    await until(() => descriptors() <= before)
    expect((await other.run({ x })).y).toEqual(x)
  })
})
