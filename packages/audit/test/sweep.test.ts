import { spawn } from "node:child_process"
import { once } from "node:events"
import { chownSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { surfaces } from "@strongroom/surfaces"
import { describe, expect, it } from "vitest"
import { findResidue, formatResidue, removeResidue } from "../src/index.js"
import { notHere, temporaryFolder } from "./support.js"

/** A home with an unprotected run's residue, and what isn't residue. */
function makeHome() {
  const home = temporaryFolder()
  const temporary = join(home, "temporary")
  const write = (path: string, content: string | Buffer) => {
    mkdirSync(join(home, path, ".."), { recursive: true })
    writeFileSync(join(home, path), content)
  }
  write(".cache/pocl/kcache/AB/program.bc", Buffer.from("4243c0de", "hex"))
  write(".cache/neo_compiler_cache/1.cl_cache", "CTNI")
  write(".nv/ComputeCache/0/1", "cubin")
  write("work/cl_cache/2.cl_cache", "CTNI")
  write("work/dump.aub", "weights")
  write("work/notes.txt", "mine")
  write("work/core", "no core file at all")
  const core = Buffer.alloc(128)
  core.write("\x7fELF\x02\x01\x01", "latin1")
  core.writeUInt16LE(4, 16)
  write("work/core.1234", core)
  write("temporary/tempfile_AbCdEf.cl", "__kernel")
  const options = { environment: { HOME: home, TMPDIR: temporary }, folders: [join(home, "work")] }
  const find = async (more = {}) =>
    (await findResidue({ ...options, ...more })).filter(({ path }) => path.startsWith(home))
  return { home, find, write }
}

describe.skipIf(process.platform === "win32")("sweep", () => {
  it("finds caches, dumps, temporary files and core files, each with its surface", async () => {
    const { home, find } = makeHome()
    const found = await find()
    expect(found.map(({ path, kind }) => [path.slice(home.length + 1), kind]).sort()).toEqual([
      [".cache/neo_compiler_cache", "cache"],
      [".cache/pocl", "cache"],
      [".nv/ComputeCache", "cache"],
      ["temporary/tempfile_AbCdEf.cl", "temporary"],
      ["work/cl_cache", "cache"],
      ["work/core.1234", "core"],
      ["work/dump.aub", "dump"],
    ])
    const known = new Set(surfaces.map(({ id }) => id))
    for (const { surfaces, path } of found) {
      expect(surfaces.length, path).toBeGreaterThan(0)
      for (const id of surfaces) expect(known).toContain(id)
    }
    expect(formatResidue(found)).toMatch(/7 places/)
  })

  it("removes what it found and nothing else", async () => {
    const { home, find } = makeHome()
    const removed = await removeResidue(await find())
    expect(removed).toHaveLength(7)
    expect(await find()).toEqual([])
    for (const kept of ["work/notes.txt", "work/core", ".cache"]) expect(existsSync(join(home, kept)), kept).toBe(true)
  })

  it("follows no link: neither one that it finds, nor one inside, nor one on the way", async () => {
    const { home, find, write } = makeHome()
    const elsewhere = temporaryFolder()
    writeFileSync(join(elsewhere, "precious.cl_cache"), "precious")
    symlinkSync(elsewhere, join(home, ".cache/clvk"))
    symlinkSync(elsewhere, join(home, ".cache/pocl/link"))
    // A home whose cache is somewhere else.
    const moved = temporaryFolder()
    mkdirSync(join(moved, "pocl"))
    writeFileSync(join(moved, "pocl/x"), "x")
    symlinkSync(moved, join(home, "linked-cache"))
    write("unrelated", "")
    const found = await find({ environment: { HOME: home, TMPDIR: home, XDG_CACHE_HOME: join(home, "linked-cache") } })
    expect(found.find(({ path }) => path.endsWith("linked-cache/pocl"))?.kept).toBe("behind a link")
    await removeResidue([...found, ...(await find())])
    expect(readFileSync(join(elsewhere, "precious.cl_cache"), "utf8")).toBe("precious")
    expect(existsSync(join(moved, "pocl/x"))).toBe(true)
    expect(existsSync(join(home, ".cache/pocl"))).toBe(false)
  })

  it.skipIf(process.getuid?.() !== 0)("leaves what others own, or what has something of others in it", async () => {
    const { home, find } = makeHome()
    chownSync(join(home, ".cache/pocl/kcache/AB/program.bc"), 61_234, 61_234)
    chownSync(join(home, "work/dump.aub"), 61_234, 61_234)
    const found = await find()
    expect(found.find(({ path }) => path.endsWith("pocl"))?.kept).toBe("of others")
    expect(found.some(({ path }) => path.endsWith("dump.aub"))).toBe(false)
    await removeResidue(found)
    expect(existsSync(join(home, ".cache/pocl/kcache/AB/program.bc"))).toBe(true)
    expect(existsSync(join(home, "work/dump.aub"))).toBe(true)
  })

  it.skipIf(notHere)("leaves what a process uses", async () => {
    const { home, find } = makeHome()
    const child = spawn("sh", ["-c", "exec 3< ../.cache/pocl/kcache/AB/program.bc; echo ready; read line"], {
      cwd: join(home, "work"),
      stdio: ["pipe", "pipe", "inherit"],
    })
    await once(child.stdout, "data")
    const found = await find()
    expect(found.find(({ path }) => path.endsWith("pocl"))?.kept).toBe("in use")
    await removeResidue(found)
    child.stdin.end()
    await once(child, "close")
    expect(existsSync(join(home, ".cache/pocl/kcache/AB/program.bc"))).toBe(true)
  })
})
