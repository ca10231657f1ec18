import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { concat, u16, u32, u64, utf8 } from "../src/bytes.js"
import { readArchive } from "../src/host/directory-archive.js"
import { packDirectory, unpackDirectory } from "../src/host/packed-directory.js"
import { heapPlaintext } from "../src/host/plaintext.js"

const folder = mkdtempSync(join(tmpdir(), "strongroom-archive-"))
afterAll(() => rmSync(folder, { recursive: true }))
let made = 0
const fresh = () => join(folder, String(++made))

function build(entries: readonly (readonly [path: string, contents?: string])[]): string {
  const path = fresh()
  mkdirSync(path)
  for (const [name, contents] of entries) {
    if (contents === undefined) mkdirSync(join(path, name), { recursive: true })
    else writeFileSync(join(path, name), contents)
  }
  return path
}

function contentsOf(path: string): Record<string, string | null> {
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).sort()
  return Object.fromEntries(
    names.map((name) => {
      const full = join(path, name)
      return [name, statSync(full).isDirectory() ? null : readFileSync(full, "utf8")]
    }),
  )
}

const sample = [["a"], ["a!", "beside"], ["a/b"], ["a/b/c.so", "\x7fELF"], ["empty"], ["ü", ""], ["z", "last"]] as const
const pack = async (path: string) => (await packDirectory(path, heapPlaintext)).bytes

describe("a packed folder", () => {
  it("is unpacked as it was, for its owner only", async () => {
    const from = build(sample)
    const to = fresh()
    await unpackDirectory(to, await pack(from))
    expect(contentsOf(to)).toEqual(contentsOf(from))
    expect(contentsOf(to)).toEqual(Object.fromEntries(sample.map(([name, contents]) => [name, contents ?? null])))
    expect(statSync(join(to, "a/b/c.so")).mode & 0o777).toBe(0o600)
    expect(statSync(join(to, "a/b")).mode & 0o777).toBe(0o700)
  })

  it("is the same bytes for the same contents, made in any order", async () => {
    expect(await pack(build(sample))).toEqual(await pack(build([...sample].sort(() => -1).reverse())))
    const backwards = build([["z", "last"], ["ü", ""], ["empty"], ["a/b"], ["a/b/c.so", "\x7fELF"], ["a!", "beside"]])
    expect(await pack(backwards)).toEqual(await pack(build(sample)))
  })

  it("has no links and nothing of what they lead to", async () => {
    const from = build([["file", "kept"]])
    symlinkSync("/etc/passwd", join(from, "link"))
    symlinkSync("/etc", join(from, "folder"))
    const to = fresh()
    await unpackDirectory(to, await pack(from))
    expect(contentsOf(to)).toEqual({ file: "kept" })
  })

  it("isn't unpacked over anything", async () => {
    const to = build([["there", "before"]])
    await expect(unpackDirectory(to, await pack(build(sample)))).rejects.toThrow(TypeError)
    expect(contentsOf(to)).toEqual({ there: "before" })
  })

  it("that can't be written whole leaves nothing", async () => {
    const to = fresh()
    // A name that no file system takes, in the middle.
    const archive = archiveOf([file("a", "1"), file("b".repeat(300), "2"), file("c", "3")])
    await expect(unpackDirectory(to, archive)).rejects.toThrow("ENAMETOOLONG")
    expect(contentsOf(to)).toEqual({})
  })
})

const entry = (kind: number, path: string, bytes: Uint8Array) =>
  concat(Uint8Array.of(kind), u16(utf8(path).length), utf8(path), u64(bytes.length), bytes)
const file = (path: string, contents = "x") => entry(1, path, utf8(contents))
const directory = (path: string) => entry(0, path, new Uint8Array(0))
const archiveOf = (entries: readonly Uint8Array[]) => concat(utf8("SRFOLDR1"), u32(entries.length), ...entries)

describe("what is no packed folder", () => {
  it("is taken when it is sound: a control", () => {
    expect(readArchive(archiveOf([directory("a"), file("a/b"), file("c")]))).toHaveLength(3)
    expect(readArchive(archiveOf([]))).toEqual([])
  })

  const wrong: readonly (readonly [string, Uint8Array])[] = [
    ["an absolute path", archiveOf([file("/etc/passwd")])],
    ["a path that goes up", archiveOf([file("../up")])],
    ["a path that goes up later", archiveOf([directory("a"), file("a/../../up")])],
    ["a path of this folder", archiveOf([file("./a")])],
    ["an empty path", archiveOf([file("")])],
    ["a path that ends in a slash", archiveOf([directory("a"), directory("a/")])],
    ["two slashes", archiveOf([directory("a"), file("a//b")])],
    ["a backslash", archiveOf([file("..\\up")])],
    ["a drive", archiveOf([file("C:up")])],
    ["a path with a NUL", archiveOf([file("a\0b")])],
    ["a path twice", archiveOf([file("a"), file("a")])],
    ["paths out of order", archiveOf([file("b"), file("a")])],
    ["a file in no folder", archiveOf([file("a/b")])],
    ["a file in a file", archiveOf([file("a"), file("a/b")])],
    ["a folder with bytes", archiveOf([entry(0, "a", utf8("x"))])],
    ["a link", archiveOf([entry(2, "a", utf8("/etc/passwd"))])],
    ["more after the last", concat(archiveOf([file("a")]), Uint8Array.of(0))],
    ["fewer than it says", concat(utf8("SRFOLDR1"), u32(2), file("a"))],
    ["too many", concat(utf8("SRFOLDR1"), u32(65_537))],
    ["another beginning", concat(utf8("SRFOLDR2"), u32(0))],
    ["a path that isn't UTF-8", archiveOf([concat(Uint8Array.of(1), u16(1), Uint8Array.of(0xff), u64(0))])],
    ["a length beyond the end", archiveOf([concat(Uint8Array.of(1), u16(1), utf8("a"), u64(2 ** 50))])],
  ]
  it.each(wrong)("%s is refused, and nothing is written", async (_, archive) => {
    const to = fresh()
    await expect(unpackDirectory(to, archive)).rejects.toThrow(RangeError)
    expect(() => statSync(to)).toThrow("ENOENT")
  })

  it("cut at any byte is refused", () => {
    const archive = archiveOf([directory("a"), file("a/b", "contents")])
    for (let length = 0; length < archive.length; length++) {
      expect(() => readArchive(archive.subarray(0, length))).toThrow(RangeError)
    }
  })
})
