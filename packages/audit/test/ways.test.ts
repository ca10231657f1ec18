import { createHash } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import type { AuditedFile } from "../src/index.js"
import { compile, hasProgram, noDaemons, notHere, quietly, temporaryFolder } from "./support.js"

const plaintext = "plaintext".repeat(4096)
const sha256 = createHash("sha256").update(plaintext).digest("hex")

/** The moments at which files held the plaintext, whole. */
const held = (files: readonly AuditedFile[]) =>
  files.flatMap(({ contents }) => contents.filter((content) => content.sha256 === sha256).map(({ moment }) => moment))

/** Each way of test/programs/ways.c: which file must hold the plaintext, and when. */
const ways: readonly (readonly [way: string, file: string, moment: string])[] = [
  ["plain", "plain.bin", "end"],
  ["openat2", "openat2.bin", "end"],
  ["mmap", "mapped.bin", "end"],
  ["sendfile", "sent.bin", "end"],
  ["tmpfile", "", "end"],
  ["tmpfile-linked", "linked.bin", "end"],
  ["rename-over", "old.bin", "replaced"],
  ["unlink", "removed.bin", "deleted"],
  ["unlink-open", "open.bin", "deleted"],
  ["unlink-empty", "empty.bin", "deleted"],
  ["replace-empty", "empty.bin", "replaced"],
  ["cut", "cut.bin", "cut"],
  ["ftruncate", "shortened.bin", "cut"],
  ["hard-link", "two.bin", "end"],
  ["fork-exec", "plain.bin", "end"],
  ["relative-folder", "renamed/inside.bin", "end"],
  ["link", "target.bin", "end"],
  ["link-removed", "target.bin", "end"],
  ["link-up", "deep/up.bin", "end"],
  ["descriptor-link", "again.bin", "cut"],
  ["descriptor-path", "again.bin", "cut"],
  ["rename-fails", "stays.bin", "end"],
  ["rename-fails-onto", "two.bin", "end"],
]

describe.each([
  ["a dynamic program", "cc", []],
  ["a static program", "musl-gcc", ["-static"]],
] as const)("%s", (_, compiler, flags) => {
  describe.skipIf(notHere || !hasProgram(compiler))("writes", () => {
    let program: string
    let place: string
    beforeAll(() => {
      place = mkdtempSync(join(tmpdir(), "strongroom-audit-ways-"))
      program = compile("ways", place, compiler, flags)
      const mask = process.umask(0o077)
      return () => {
        process.umask(mask)
        rmSync(place, { recursive: true })
      }
    })

    const run = async (way: string) => {
      const folder = temporaryFolder()
      const report = await quietly({ command: program, args: [way], folder })
      expect(report).toMatchObject({ exitCode: 0, complete: true, unseen: [], refused: [] })
      return { folder, report }
    }

    it.each(ways.filter(([way]) => way !== "fork-exec" || !noDaemons))(
      "by %s, and it is seen",
      async (way, name, moment) => {
        const { folder, report } = await run(way)
        expect(
          held(
            report.files.filter(({ kind, path }) => (name === "" ? kind === "nameless" : path === `${folder}/${name}`)),
          ),
        ).toEqual([moment])
      },
    )

    it.each([
      ["memfd", "secret"],
      ["memfd-mapped", "mapped"],
    ])("by %s, and it is seen", async (way, name) => {
      const { report } = await run(way)
      const files = report.files.filter(({ kind }) => kind === "memory")
      expect(files).toMatchObject([{ path: name, inMemory: true }])
      expect(held(files)).toEqual(["end"])
    })

    it("to shared memory, and it is seen", async () => {
      const { report } = await run("shm")
      const files = report.files.filter(({ path }) => path === "/dev/shm/strongroom-audit-test")
      rmSync("/dev/shm/strongroom-audit-test")
      expect(files).toMatchObject([{ inMemory: true, there: true }])
      expect(held(files)).toEqual(["end"])
    })

    it("to a file system that is mounted for it alone, and gone with it, and it is seen", async () => {
      const { folder, report } = await run("mounts")
      expect(held(report.files.filter(({ path }) => path === `${folder}/mount/inside.bin`))).toEqual(["end"])
      expect(held(report.files.filter(({ path }) => path === `${folder}/mount/below.bin`))).toEqual(["deleted"])
      expect(held(report.files.filter(({ path }) => path === `${folder}/mount/deep/target.bin`))).toEqual(["end"])
      expect(report.files.flatMap(({ lost }) => lost)).toEqual([])
    })

    it("over what it wrote in the same open file: only the last is seen, as the limits say", async () => {
      const { folder, report } = await run("overwrite")
      const files = report.files.filter(({ path }) => path === `${folder}/overwritten.bin`)
      expect(held(files)).toEqual([])
      expect(files.flatMap(({ contents }) => contents.map(({ byteLength }) => byteLength))).toEqual([plaintext.length])
      expect(report.limits.join("\n")).toMatch(/overwritten in place/)
    })

    it.each(process.arch === "x64" ? ["io_uring", "32-bit"] : ["io_uring"])(
      "nothing by %s, which is refused and told",
      async (way) => {
        const report = await quietly({ command: program, args: [way], folder: temporaryFolder() })
        expect(report).toMatchObject({ exitCode: 0, refused: [{ program, count: 1 }] })
      },
    )
  })
})
