import { spawn } from "node:child_process"
import { once } from "node:events"
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { surfaces } from "@strongroom/surfaces"
import { describe, expect, it } from "vitest"
import { findResidue, formatResidue, removeResidue } from "../src/index.js"
import { placesOf } from "../src/sweep/places.js"
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

  it("of a folder that a variable names it removes what the driver put there, and else nothing", async () => {
    const { home, find, write } = makeHome()
    const hash = "KCNNOMPCDELEKOAGJHGFHFFMPDMLMHOOJAHEF"
    write(`project/AA/${hash}/program.bc`, "bitcode")
    write("project/AB/mine.txt", "mine")
    write("project/tempfile_AbCdEf", "source")
    write("project/f85aa07fe6f49652.cl_cache", "CTNI")
    write("project/source.c", "mine")
    write("project/cubin/0/1", "cubin")
    const project = join(home, "project")
    const environment = {
      HOME: home,
      TMPDIR: join(home, "temporary"),
      // As some drivers take it: relative to the working directory.
      POCL_CACHE_DIR: relative(process.cwd(), project),
      NEO_CACHE_DIR: project,
      cl_cache_dir: project,
      CUDA_CACHE_PATH: join(project, "cubin"),
      TRITON_CACHE_DIR: project,
    }
    const found = (await find({ environment, folders: [] })).filter(({ path }) => path.startsWith(project))
    expect(new Map(found.map(({ path, kept }) => [path.slice(home.length + 1), kept]))).toEqual(
      new Map([
        ["project/AA", undefined],
        ["project/tempfile_AbCdEf", undefined],
        ["project/f85aa07fe6f49652.cl_cache", undefined],
        ["project/cubin", "named by a variable"],
        ["project", "named by a variable"],
      ]),
    )
    expect(formatResidue(found)).toMatch(/project \(kept: named by a variable\)/)
    await removeResidue(found)
    expect(readdirSync(project).sort()).toEqual(["AB", "cubin", "source.c"])
    expect(existsSync(join(project, "cubin/0/1"))).toBe(true)
  })

  it("where a variable names the usual place, that is removed as ever", async () => {
    const { home, find } = makeHome()
    const environment = { HOME: home, TMPDIR: home, CUDA_CACHE_PATH: join(home, ".nv/ComputeCache") }
    await removeResidue(await find({ environment, folders: [] }))
    expect(existsSync(join(home, ".nv/ComputeCache"))).toBe(false)
  })

  it.skipIf(process.getuid?.() !== 0)("needs no name of the user", async () => {
    const { find } = makeHome()
    process.seteuid?.(61_234)
    try {
      expect(await find({ environment: { HOME: "/nonexistent" } })).toEqual([])
    } finally {
      process.seteuid?.(0)
    }
    const places = (environment: { [name: string]: string }) =>
      placesOf({ environment, folders: [] }).filter(({ folder }) => folder.includes("torchinductor"))
    expect(places({})).toEqual([])
    expect(places({ LOGNAME: "alice" })).toMatchObject([{ folder: "/tmp/torchinductor_alice" }])
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
