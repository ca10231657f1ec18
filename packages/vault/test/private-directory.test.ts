import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { afterEach, describe, expect, it, onTestFinished } from "vitest"
import { isAlive, thisProcess } from "../src/app/owner.js"
import { makePrivateDirectory, removeDirectory, sweep } from "../src/app/private-directory.js"
import { temporaryFolder, until } from "./support.js"

const made: string[] = []
afterEach(async () => {
  for (const path of made.splice(0)) await rm(path, { recursive: true, force: true })
})

/** A name that a process would have left that started when no process did. */
function leftover(name: string): string {
  const { namespace, pid } = thisProcess()
  return name.replace(/^strongroom-\d+-\d+-\d+-/, `strongroom-${namespace}-${pid}-1-`)
}

describe("the private directory", () => {
  it("is the user's alone, whatever the umask, and is removed with what is in it", async () => {
    const umask = process.umask(0)
    const path = await makePrivateDirectory().finally(() => process.umask(umask))
    made.push(path)
    expect(statSync(path).mode & 0o7777).toBe(0o700)
    const outside = join(await temporaryFolder(), "outside")
    writeFileSync(outside, "stays")
    mkdirSync(join(path, "deep"))
    symlinkSync(dirname(outside), join(path, "deep", "link"))
    await removeDirectory(path)
    expect(existsSync(path)).toBe(false)
    expect(existsSync(outside)).toBe(true)
    await removeDirectory(path)
  })

  it.runIf(process.platform === "linux")("is swept when its owner has ended, and only then", async () => {
    const live = await makePrivateDirectory()
    const dead = join(dirname(live), leftover(basename(live)))
    const target = await temporaryFolder()
    const planted = `${dead.slice(0, -6)}planta`
    const otherNamespace = dead.replace(/strongroom-\d+/, "strongroom-1")
    const otherName = `${dead}-more`
    made.push(live, dead, planted, otherNamespace, otherName)
    for (const path of [dead, otherNamespace, otherName]) mkdirSync(path)
    mkdirSync(join(dead, "deep"))
    writeFileSync(join(dead, "deep", "weights"), "something")
    writeFileSync(join(target, "precious"), "something")
    symlinkSync(target, planted)
    expect(await sweep()).toBeGreaterThanOrEqual(1)
    expect([live, dead, planted, otherNamespace, otherName].map((path) => existsSync(path))).toEqual([
      ...[true, false, true, true, true],
    ])
    expect(existsSync(join(target, "precious"))).toBe(true)
  })

  it.runIf(process.platform === "linux")(
    "tells a process from a later one of its number, and from a zombie",
    async () => {
      const own = thisProcess()
      expect(isAlive(own)).toBe(true)
      expect(isAlive({ ...own, started: String(Number(own.started) - 1) })).toBe(false)
      // A program that doesn't wait for its child leaves a zombie; the child outlives the shell that would.
      const shell = spawn("sh", ["-c", "sleep 0.3 & echo $!; exec sleep 30"], { stdio: ["ignore", "pipe", "ignore"] })
      onTestFinished(() => void shell.kill())
      const [line] = (await once(shell.stdout, "data")) as [Buffer]
      const pid = Number(line)
      const stat = () => readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ") ?? []
      const child = { ...own, pid, started: stat()[19] ?? "" }
      expect(isAlive(child)).toBe(true)
      await until(() => stat()[0] === "Z")
      expect(isAlive(child)).toBe(false)
    },
  )
})
