import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { chmod, chown, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { changeableByOthers } from "@strongroom/core/node"
import koffi from "koffi"
import { beforeEach, describe, expect, it } from "vitest"
import { ordinaryUser } from "./ordinary-user.js"
import { temporaryFolder } from "./support.js"

/** linux/posix_acl.h: whose an entry is. The last's rights are the most that named users and groups have. */
const tags = { owner: 0x01, user: 0x02, group: 0x04, namedGroup: 0x08, mask: 0x10, others: 0x20 } as const
const [read, write] = [4, 2]

type Entry = readonly [tag: keyof typeof tags, rights: number, id?: number]

/** Gives a file an access list, as setfacl(1) does. False: its file system has none. */
function setAccessList(path: string, entries: readonly Entry[]): boolean {
  const setxattr = koffi
    .load(null)
    .func("int setxattr(const char *path, const char *name, const void *value, size_t size, int flags)")
  // linux/posix_acl_xattr.h: a version, then entries of 8 bytes
  const list = Buffer.alloc(4 + 8 * entries.length, 0xff)
  list.writeUInt32LE(2, 0)
  entries.forEach(([tag, rights, id], index) => {
    list.writeUInt16LE(tags[tag], 4 + 8 * index)
    list.writeUInt16LE(rights, 6 + 8 * index)
    if (id !== undefined) list.writeUInt32LE(id, 8 + 8 * index)
  })
  return setxattr(path, "system.posix_acl_access", list, list.length, 0) === 0
}

const another = ordinaryUser.uid ?? 0

/** Whether that user can write to the file. */
function canWrite(path: string): boolean {
  const program = `require("node:fs").appendFileSync(${JSON.stringify(path)}, "more")`
  return spawnSync(process.execPath, ["-e", program], { ...ordinaryUser, cwd: "/" }).status === 0
}

/** A list by which the other user, or a group of his, may write if `most` lets it. */
function listOf(named: Entry, most: number): readonly Entry[] {
  const rest: readonly Entry[] = [
    ["mask", most],
    ["others", read],
  ]
  const [owner, group]: readonly Entry[] = [
    ["owner", read | write],
    ["group", read],
  ]
  const all = named[0] === "user" ? [owner, named, group] : [owner, group, named]
  return [...(all as Entry[]), ...rest]
}

/** Some file systems have no lists. */
function hasAccessLists(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "access-lists-"))
  try {
    return setAccessList(folder, listOf(["user", read, another], read))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const canTry = process.platform === "linux" && another !== 0 && hasAccessLists()

/*
 * With an access list, what stat(2) shows as the group's rights is the mask: all that anybody named in it may have.
 */
describe.runIf(canTry)("an access list by which another user may write", () => {
  let file: string
  const lists: readonly (readonly [title: string, named: Entry])[] = [
    ["by his name", ["user", read | write, another]],
    ["by his group's", ["namedGroup", read | write, ordinaryUser.gid ?? 0]],
  ]
  beforeEach(async () => {
    const folder = await temporaryFolder()
    await chmod(folder, 0o755)
    file = join(folder, "library.so")
    await writeFile(file, "", { mode: 0o644 })
  })

  it.each(lists)("%s is seen by the mask, where the file's group is others'", async (_, named) => {
    await chown(file, 0, another)
    expect([changeableByOthers(file), canWrite(file)]).toEqual([undefined, false])
    expect(setAccessList(file, listOf(named, read | write))).toBe(true)
    expect((await stat(file)).mode & 0o777).toBe(0o664)
    expect([changeableByOthers(file), canWrite(file)]).toEqual([`others can write to ${file}`, true])
  })

  it.each(lists)("%s counts for nothing where the mask takes it away", async (_, named) => {
    await chown(file, 0, another)
    expect(setAccessList(file, listOf(named, read))).toBe(true)
    expect([changeableByOthers(file), canWrite(file)]).toEqual([undefined, false])
  })

  // Documented: Node doesn't tell of lists. A test that begins to fail here is good news.
  it.each(lists)("%s isn't seen where the file's group is its owner's alone", async (_, named) => {
    expect(setAccessList(file, listOf(named, read | write))).toBe(true)
    expect([changeableByOthers(file), canWrite(file)]).toEqual([undefined, true])
  })
})
