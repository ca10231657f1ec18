import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Host } from "@strongroom/core/backend"
import type { Context } from "@strongroom/opencl/objects"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type PoclFolder, poclFolder } from "../../src/programs/pocl-folder.js"

const digest = "A".repeat(37)

// Locks are Linux's, as vaults with PoCL are.
describe.skipIf(process.platform !== "linux")("PoCL's folder", () => {
  const before = process.env.XDG_CACHE_HOME
  let home: string
  let folder: PoclFolder
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "strongroom-test-"))
    process.env.XDG_CACHE_HOME = home
    const devices = [{ platform: { name: "Portable Computing Language" } }]
    const host = { directory: join(home, "session") }
    folder = poclFolder({ devices } as unknown as Context, host as Host) as PoclFolder
  })
  afterAll(async () => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = before
    await rm(home, { recursive: true })
  })

  it("gets no program of another session's while one builds, who would keep it as its own", async () => {
    let isRestored = () => {}
    const restored = new Promise<void>((resolve) => {
      isRestored = resolve
    })
    let added: Promise<string | undefined> | undefined
    const [first, last] = await folder.exclusively(async () => {
      const first = await folder.programs()
      added = folder.add(async (path) => {
        await mkdir(join(path, "AB", digest), { recursive: true })
        await writeFile(join(path, "AB", digest, "program.bc"), "other")
        isRestored()
        return true
      })
      await restored
      // What is left is a folder to make and a file to move, some milliseconds.
      await new Promise((resolve) => setTimeout(resolve, 200))
      return [first, await folder.programs()]
    })
    expect(last).toEqual(first)
    expect(await added).toBe(`AB/${digest}`)
    expect(await folder.programs()).toEqual([`AB/${digest}`])
  })
})
