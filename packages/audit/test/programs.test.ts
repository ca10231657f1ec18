import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { driver, missingDriver } from "@strongroom/test-machine"
import { describe, expect, it } from "vitest"
import { audit } from "../src/index.js"
import { checkPtraceScope } from "../src/watch/yama.js"
import { compile, hasProgram, noDaemons, notHere, quietly, temporaryFolder, within } from "./support.js"

const node = process.execPath

describe.skipIf(notHere)("audit of real programs", () => {
  it("a Node script, with what it removes at once", async () => {
    const folder = temporaryFolder()
    const script = `const fs = require("fs")
      fs.writeFileSync("a.json", "{\\"a\\": 1}")
      fs.promises.writeFile("b.cl", "__kernel void f() {}").then(() => fs.unlinkSync("b.cl"))`
    const report = await quietly({ command: node, args: ["-e", script], folder })
    const files = within(report, folder)
    expect([...files.keys()]).toEqual(["a.json", "b.cl"])
    expect(files.get("a.json")).toMatchObject({ there: true, changes: ["created"], programs: [node] })
    expect(files.get("a.json")?.contents).toMatchObject([{ format: { id: "json" }, moment: "end", byteLength: 8 }])
    expect(files.get("b.cl")).toMatchObject({ there: false, changes: ["created", "deleted"] })
    expect(files.get("b.cl")?.contents).toMatchObject([{ format: { id: "opencl-source" }, moment: "deleted" }])
  })

  it.skipIf(!hasProgram("python3"))("a Python script with a temporary file and a process of its own", async () => {
    const folder = temporaryFolder()
    const script = `import os, subprocess, tempfile
with tempfile.NamedTemporaryFile(dir=".", suffix=".ptx") as file:
    file.write(b".version 8.0\\n.target sm_90\\n"); file.flush()
subprocess.run(["sh", "-c", "echo text > by-shell.txt; cat by-shell.txt >> /dev/null"])
os.replace("by-shell.txt", "final.txt")`
    const report = await quietly({ command: "python3", args: ["-c", script], folder })
    const files = [...within(report, folder).values()]
    expect(files.map(({ contents }) => contents.map(({ format }) => format.id))).toEqual([["text"], ["ptx"]])
    expect(files[0]).toMatchObject({ path: join(folder, "final.txt"), earlier: [join(folder, "by-shell.txt")] })
    expect(files[0]?.programs.map((name) => name.replace(/.*\//, ""))).toEqual(
      expect.arrayContaining([expect.stringMatching(/sh$/), expect.stringMatching(/^python/)]),
    )
  })

  it.skipIf(noDaemons)("waits for what the program left running", async () => {
    const folder = temporaryFolder()
    let waited = 0
    const go = join(temporaryFolder(), "go")
    const args = ["-c", `(until [ -e ${go} ]; do sleep 0.05; done; echo late > late.txt) & exit 7`]
    const onWaiting = () => {
      waited++
      writeFileSync(go, "")
    }
    const report = await quietly({ command: "sh", args, folder, onWaiting })
    expect(report).toMatchObject({ exitCode: 7, exitSignal: null, complete: true })
    expect(waited).toBe(1)
    expect([...within(report, folder).keys()]).toEqual(["late.txt"])
  })

  it("tells the signal that ended the program", async () => {
    const report = await quietly({ command: "sh", args: ["-c", "kill -9 $$"], folder: temporaryFolder() })
    expect(report).toMatchObject({ exitCode: null, exitSignal: 9, complete: true })
  })

  it("leaves out what was only opened, or couldn't be", async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, "old"), "old")
    // By then the file is older than the audit, with the clock of the file system.
    await new Promise((resolve) => setTimeout(resolve, 50))
    const script = "exec 3<>old; echo x 2>/dev/null > missing/file; true"
    const report = await quietly({ command: "sh", args: ["-c", script], folder })
    expect(report.files).toEqual([])
  })

  it("a file that isn't renamed after all is where it was", async () => {
    const folder = temporaryFolder()
    const script = "echo plaintext > a; mv a missing/b 2>/dev/null; mkdir d; echo x > d/a; mv -T a d 2>/dev/null; true"
    const report = await quietly({ command: "sh", args: ["-c", script], folder })
    const files = within(report, folder)
    expect([...files.keys()]).toEqual(["a", "d/a"])
    expect(files.get("a")).toMatchObject({
      there: true,
      changes: ["created"],
      earlier: [],
      contents: [{ moment: "end" }],
    })
  })

  it("links lead to what is written, and have no content of their own", async () => {
    const folder = temporaryFolder()
    const script = `ln -s target link; echo plaintext > link
      mkdir -p deep/inner; ln -s deep/inner way; echo x > way/../x
      ln -s nowhere dangling; mv dangling moved; ln -s loop loop; echo x > loop; true`
    const report = await quietly({ command: "sh", args: ["-c", script], folder })
    const files = within(report, folder)
    expect([...files.keys()]).toEqual(["deep/x", "moved", "target"])
    expect(files.get("moved")).toMatchObject({ there: true, changes: ["renamed"], contents: [] })
    expect(report.files.flatMap(({ lost }) => lost)).toEqual([])
  })

  it.skipIf(process.getuid?.() !== 0)("with mounts of its own, in a folder that isn't there", async () => {
    const args = ["-m", "sh", "-c", "echo x > missing/file; echo y > y"]
    const folder = temporaryFolder()
    const report = await quietly({ command: "unshare", args, folder })
    expect(report).toMatchObject({ exitCode: 0, complete: true })
    expect([...within(report, folder).keys()]).toEqual(["y"])
  })

  it.skipIf(process.getuid?.() !== 0)("tells memory from a disk by the file system, not by the place", async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, "covered"))
    const script = "echo x > on-disk; mount -t tmpfs none covered; echo y > covered/in-memory"
    const report = await quietly({ command: "unshare", args: ["-m", "sh", "-c", script], folder })
    const files = within(report, folder)
    const seen = Object.fromEntries([...files].map(([name, { inMemory }]) => [name, inMemory]))
    const { type } = statfsSync(folder)
    expect(seen).toEqual({ "covered/in-memory": true, "on-disk": type === 0x01021994 })
  })

  it("ends the program when it is aborted, and still reports", async () => {
    const folder = temporaryFolder()
    const abortion = new AbortController()
    setTimeout(() => abortion.abort(), 500)
    const args = ["-c", "echo secret > s; exec sleep 60"]
    const report = await quietly({ command: "sh", args, folder, signal: abortion.signal })
    expect(report).toMatchObject({ complete: false, exitSignal: 15 })
    expect([...within(report, folder).keys()]).toEqual(["s"])
  })

  it("says when there is no such program", async () => {
    await expect(quietly({ command: "no-such-program" })).rejects.toThrow(
      'There is no program "no-such-program" in PATH',
    )
    const notAProgram = join(temporaryFolder(), "data")
    writeFileSync(notAProgram, "data")
    chmodSync(notAProgram, 0o755)
    await expect(quietly({ command: notAProgram })).rejects.toMatchObject({ code: "ENOEXEC" })
  })

  it("two at once don't see each other's files", async () => {
    const [one, two] = [temporaryFolder(), temporaryFolder()]
    const run = (folder: string) => quietly({ command: "sh", args: ["-c", "sleep 0.2; echo x > x"], folder })
    const reports = await Promise.all([run(one), run(two)])
    expect(reports.map(({ files }) => files.map(({ path }) => path))).toEqual([[join(one, "x")], [join(two, "x")]])
  })

  it("the folders of HOME and a change of directory are followed", async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, "deep"))
    const args = ["-c", 'cd deep; echo x > x; cd ..; echo y > deep/../y; echo z > "$HOME/z"']
    const report = await quietly({ command: "sh", args, folder, environment: { PATH: process.env.PATH, HOME: folder } })
    expect([...within(report, folder).keys()].sort()).toEqual(["deep/x", "y", "z"])
  })
})

describe.skipIf(notHere || !hasProgram("python3"))("a program whose working directory changes", () => {
  it("has its files where they are, also where one thread changes it while others write", async () => {
    const folder = temporaryFolder()
    // In every folder files are written by the thread that has gone there, and by one that has been there before.
    const script = `import os, threading
turn = threading.Semaphore(0), threading.Semaphore(0)
def write():
    for i in range(100):
        turn[0].acquire(); open(f"other-{i}", "w").close(); turn[1].release()
threading.Thread(target=write).start()
for i in range(100):
    path = f"../{i}" if i else "0"
    os.mkdir(path)
    if i % 2: os.chdir(path)
    else: os.fchdir(os.open(path, os.O_RDONLY))
    open(f"own-{i}", "w").close(); turn[0].release(); turn[1].acquire()`
    const report = await quietly({ command: "python3", args: ["-c", script], folder })
    const expected = Array.from({ length: 100 }, (_, i) => [`${i}/other-${i}`, `${i}/own-${i}`]).flat()
    expect([...within(report, folder).keys()].sort()).toEqual(expected.sort())
  })

  it("has them there where the folder is renamed under it", async () => {
    const folder = temporaryFolder()
    const script = "mkdir a; cd a; echo x > x; mv ../a ../b; echo y > y"
    const report = await quietly({ command: "sh", args: ["-c", script], folder })
    expect([...within(report, folder).keys()].sort()).toEqual(["b", "b/x", "b/y"])
  })
})

describe.skipIf(missingDriver("pocl") ?? notHere)("audit of PoCL", () => {
  it("finds source, bitcode and machine code of a kernel, and the surface that wrote each", async () => {
    const folder = temporaryFolder()
    const program = compile("build-kernel", folder, "cc", ["-l:libOpenCL.so.1"])
    const environment = {
      ...process.env,
      ...driver("pocl"),
      HOME: folder,
      POCL_CACHE_DIR: undefined,
      XDG_CACHE_HOME: undefined,
    }
    const report = await quietly({ command: program, folder, environment })
    expect(report).toMatchObject({ exitCode: 0, complete: true, unseen: [] })
    const formats = new Map(
      report.files.flatMap((file) => file.contents.map(({ format }) => [format.id, file] as const)),
    )
    for (const id of ["opencl-source", "llvm-bitcode", "elf-shared", "elf-relocatable"]) {
      expect(
        formats.get(id)?.surfaces.map((surface) => surface.id),
        id,
      ).toEqual(expect.arrayContaining([expect.stringMatching(/^pocl/)]))
    }
    // PoCL removes the source before it ends.
    expect(formats.get("opencl-source")).toMatchObject({ there: false })
    expect(formats.get("elf-shared")).toMatchObject({ there: true })
  })
})

describe.skipIf(notHere || process.getuid?.() !== 0)("audit as an ordinary user", () => {
  it("sees what that user may see, and counts the calls of a process that closed itself", async () => {
    const folder = temporaryFolder()
    const program = compile("ways", folder)
    chmodSync(folder, 0o777)
    const script = `import { audit } from ${JSON.stringify(fileURLToPath(new URL("../dist/index.js", import.meta.url)))}
      const reports = []
      for (const way of ["plain", "closed", "tmpfile", "memfd"])
        reports.push(await audit({ command: ${JSON.stringify(program)}, args: [way], standard: [0, 2, 2] }))
      console.log(JSON.stringify(reports))`
    const child = spawn(node, ["--input-type=module", "-e", script], { cwd: folder, uid: 61_234, gid: 61_234 })
    let printed = ""
    child.stdout.on("data", (data) => (printed += data))
    await once(child, "close")
    const [plain, closed, tmpfile, memory] = JSON.parse(printed)
    expect(plain).toMatchObject({ files: [{ path: join(folder, "plain.bin"), programs: [program] }], unseen: [] })
    expect(closed).toMatchObject({ exitCode: 0, files: [], unseen: [{ count: 1, error: "EPERM", program: "ways" }] })
    expect(tmpfile.files).toMatchObject([{ kind: "nameless" }])
    expect(memory.files).toMatchObject([{ kind: "memory", path: "secret" }])
    expect(readFileSync(join(folder, "closed.bin"), "utf8")).toMatch(/^plaintext/)
  })
})

it("where Yama lets nobody look, it says so before anything runs", () => {
  for (const [scope, isRoot] of [
    [undefined, false],
    [0, false],
    [1, false],
    [2, true],
  ] as const)
    expect(() => checkPtraceScope(scope, isRoot)).not.toThrow()
  expect(() => checkPtraceScope(2, false)).toThrow(/ptrace_scope is 2. Audit as root, or set it to 1 or 0/)
  expect(() => checkPtraceScope(3, true)).toThrow(/ptrace_scope is 3/)
})

it.skipIf(!notHere)("elsewhere than on Linux it says so", async () => {
  await expect(audit({ command: node })).rejects.toThrow(/on Linux only/)
})
