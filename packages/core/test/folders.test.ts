import { execFileSync } from "node:child_process"
import { chmod, chown, mkdir, mkdtemp, realpath, rm, stat, symlink, writeFile } from "node:fs/promises"
import { homedir, tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { changeableByOthers, isBroadFolder, libraryPlaces, makeFolder } from "@strongroom/core/node"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { isOwnGroup } from "../src/node/own-group.js"

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "strongroom-test-")))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const unix = process.platform !== "win32"

describe("making a folder", () => {
  it("makes those above it, and leaves what is there", async () => {
    const path = join(folder, "a/b/c")
    await makeFolder(path, 0o700)
    await writeFile(join(path, "file"), "")
    await makeFolder(path)
    expect((await stat(join(path, "file"))).isFile()).toBe(true)
    if (unix) for (const each of [path, dirname(path)]) expect((await stat(each)).mode & 0o777).toBe(0o700)
  })

  it("may be done twice at once", async () => {
    await Promise.all([1, 2, 3, 4].map(() => makeFolder(join(folder, "a/b/c/d"))))
    expect((await stat(join(folder, "a/b/c/d"))).isDirectory()).toBe(true)
  })

  it("fails where a file is in the way", async () => {
    await writeFile(join(folder, "file"), "")
    for (const path of ["file", "file/a", "file/a/b"]) {
      await expect(makeFolder(join(folder, path))).rejects.toMatchObject({ code: "EEXIST" })
    }
  })

  // mkdir's own recursive way asks again without end.
  it.runIf(process.platform === "linux")("fails in a file system that lets nothing be made", async () => {
    await expect(makeFolder("/proc/x/y")).rejects.toMatchObject({ code: "ENOENT" })
  })
})

describe.runIf(unix)("who else could change a path", () => {
  it("is nobody, where all on the way is this user's and root's, also below the temporary folder", async () => {
    await writeFile(join(folder, "file"), "", { mode: 0o644 })
    expect(changeableByOthers(join(folder, "file"))).toBeUndefined()
    for (const path of ["not-there/yet", "file/x"]) expect(changeableByOthers(join(folder, path))).toBeUndefined()
    expect(changeableByOthers("/usr/lib")).toBeUndefined()
  })

  it.each([0o777, 0o757, 0o722, 0o702])("is somebody, where a folder on the way has mode %o", async (mode) => {
    const path = join(folder, "open/inner")
    await mkdir(path, { recursive: true })
    expect(changeableByOthers(path)).toBeUndefined()
    await chmod(join(folder, "open"), mode)
    expect(changeableByOthers(path)).toBe(`others can write to ${join(folder, "open")}`)
  })

  it("is somebody, where the file itself is open, or what lies in a folder for all to write in", async () => {
    const file = join(folder, "file")
    await writeFile(file, "")
    await chmod(file, 0o666)
    expect(changeableByOthers(file)).toBe(`others can write to ${file}`)
    const shared = join(folder, "shared")
    await mkdir(shared)
    await chmod(shared, 0o1777)
    expect(changeableByOthers(shared)).toBe(`others can write to ${shared}`)
    await mkdir(join(shared, "mine"), { mode: 0o700 })
    expect(changeableByOthers(join(shared, "mine"))).toBeUndefined()
  })

  it("follows links, and looks at where they lie and lead", async () => {
    for (const name of ["closed", "open"]) await mkdir(join(folder, name))
    await mkdir(join(folder, "closed/inner"))
    await symlink("closed", join(folder, "link"))
    await symlink("../closed", join(folder, "open/link"))
    await symlink("open/link", join(folder, "further"))
    expect(changeableByOthers(join(folder, "link/inner"))).toBeUndefined()
    expect(changeableByOthers(join(folder, "further/inner"))).toBeUndefined()
    await chmod(join(folder, "open"), 0o777)
    expect(changeableByOthers(join(folder, "further/inner"))).toBe(`others can write to ${join(folder, "open")}`)
    await symlink("round", join(folder, "round"))
    expect(changeableByOthers(join(folder, "round"))).toContain("too many links")
  })

  it("is nobody in a group that is one user's alone, and in any other the others", () => {
    const passwd =
      "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\nbob:x:1001:1001::/:/bin/sh\ncarol:x:1002:1003::/:/bin/sh\n"
    const group = "root:x:0:\nalice:x:1000:\nalices:x:1004:alice\nbob:x:1001:bob,alice\nteam:x:1003:\nempty:x:1005:\n"
    const own = (id: number, user: number) => isOwnGroup(id, user, { passwd, group })
    expect([own(1000, 1000), own(1004, 1000), own(0, 0), own(1005, 1000)]).toEqual([true, true, true, true])
    // Another is a member; it is another's own; it isn't known.
    expect([own(1001, 1001), own(1003, 1000), own(1000, 1001), own(1999, 1000)]).toEqual([false, false, false, false])
    expect(isOwnGroup(1000, 1000, { passwd: "", group: "" })).toBe(false)
  })

  it.runIf(process.geteuid?.() === 0)("is a group that may write", async () => {
    const path = join(folder, "theirs")
    await mkdir(path)
    await chown(path, 0, 61_235)
    await chmod(path, 0o755)
    expect(changeableByOthers(path)).toBeUndefined()
    await chmod(path, 0o775)
    expect(changeableByOthers(path)).toBe(`others can write to ${path}`)
  })

  it.runIf(process.geteuid?.() === 0)("is its owner", async () => {
    await mkdir(join(folder, "theirs/inner"), { recursive: true })
    await chown(join(folder, "theirs"), 61_235, 61_235)
    expect(changeableByOthers(join(folder, "theirs/inner"))).toBe(`${join(folder, "theirs")} belongs to another user`)
  })
})

describe.runIf(unix)("what a library's place opens", () => {
  it("is the folder that it lies in, and the one that it really lies in", async () => {
    for (const name of ["one", "two"]) await mkdir(join(folder, name))
    await writeFile(join(folder, "two/libthing.so.1.2"), "")
    await symlink("../two/libthing.so.1.2", join(folder, "one/libthing.so.1"))
    expect(libraryPlaces(join(folder, "one/libthing.so.1"))).toEqual([join(folder, "one"), join(folder, "two")])
    expect(libraryPlaces(join(folder, "none/libthing.so"))).toEqual([join(folder, "none")])
  })

  it("is no home: there it is the libraries alone", async () => {
    vi.stubEnv("HOME", folder)
    for (const name of ["libthing.so.1.2", "libother.so", "notes.txt", "thing.so.key"]) {
      await writeFile(join(folder, name), "")
    }
    await mkdir(join(folder, "lib"))
    await symlink("../libthing.so.1.2", join(folder, "lib/libthing.so"))
    const libraries = ["libother.so", "libthing.so.1.2"].map((name) => join(folder, name))
    expect([...libraryPlaces(join(folder, "libthing.so.1.2"))].sort()).toEqual(libraries)
    expect(libraryPlaces(join(folder, "lib/libthing.so"))).toEqual([
      join(folder, "lib"),
      ...["libthing.so.1.2", "libother.so"].map((name) => join(folder, name)),
    ])
    expect(libraryPlaces(join(folder, "manifest.json"))).toContain(join(folder, "manifest.json"))
  })

  it.runIf(process.geteuid?.() === 0)("is told for a user without a home, as in a container", () => {
    const module = new URL("../dist/node/index.js", import.meta.url).href
    const program = `import(${JSON.stringify(module)}).then((core) => console.log(core.isBroadFolder("/tmp"), core.isBroadFolder("/usr")))`
    const user = { uid: 61_235, gid: 61_235, cwd: "/", env: {}, encoding: "utf8" } as const
    expect(execFileSync(process.execPath, ["-e", program], user)).toBe("true false\n")
  })

  it("is neither what homes lie in, nor a place for everybody's files", () => {
    for (const path of ["/", dirname(homedir()), homedir(), tmpdir(), "/tmp", "/dev/shm"]) {
      expect([path, isBroadFolder(path)]).toEqual([path, true])
    }
    for (const path of [folder, "/usr/lib", join(homedir(), "lib")]) {
      expect([path, isBroadFolder(path)]).toEqual([path, false])
    }
  })
})
