import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, it, onTestFinished } from "vitest"
import { openCrossing } from "../src/app/crossing.js"
import { openParcel } from "../src/app/parcel.js"
import { closeAll, type DescriptorPassing, descriptorPassing } from "../src/channel/descriptor-passing.js"
import { loadLibc } from "../src/os/libc.js"
import { closePassed, passedDescriptors, takePassed } from "../src/worker/passed.js"
import { sourceOf } from "../src/worker/passed-source.js"
import { coded, temporaryFolder } from "./support.js"

const linux = process.platform === "linux"
const openFiles = () => readdirSync("/proc/self/fd").length

async function pair(): Promise<{ here: DescriptorPassing; there: DescriptorPassing }> {
  const libc = await loadLibc()
  const [own, other] = libc.socketPair("packet")
  onTestFinished(() => closeAll([own, other]))
  return { here: descriptorPassing(libc, own), there: descriptorPassing(libc, other) }
}

async function openedFile(text = "the file's words"): Promise<number> {
  const path = join(await temporaryFolder(), "file")
  writeFileSync(path, text)
  return openSync(path, "r")
}

describe.runIf(linux)("descriptors", () => {
  let before = 0
  afterEach(() => expect(openFiles()).toBe(before))

  it("are passed under a number, and stay the sender's own", async () => {
    const { here, there } = await pair()
    before = openFiles()
    const file = await openedFile()
    expect(here.send(7, [file, file])).toBe(true)
    closeSync(file)
    const taken = there.take(7)
    expect(taken).toHaveLength(2)
    for (const descriptor of taken) {
      const bytes = Buffer.alloc(16)
      readSync(descriptor, bytes, 0, 16, 0)
      expect(String(bytes)).toBe("the file's words")
      // So that no program that is started gets them: FD_CLOEXEC is in the flags, octal 02000000.
      expect(readFileSync(`/proc/self/fdinfo/${descriptor}`, "latin1")).toMatch(/flags:\s+0?2\d{6}/)
    }
    closeAll(taken)
  })

  it("are found by their number, whatever came before, and what was skipped is closed", async () => {
    const { here, there } = await pair()
    before = openFiles()
    const file = await openedFile()
    for (const number of [1, 2, 3]) here.send(number, [file])
    closeSync(file)
    closeAll(there.take(2))
    there.discardSkipped()
    expect(() => there.take(1)).toThrow(coded("channel-invalid"))
    there.discard(3)
    expect(() => there.take(3)).toThrow(coded("channel-invalid"))
  })

  it("that find no room wait for it", async () => {
    const { here, there } = await pair()
    before = openFiles()
    const file = await openedFile()
    let sent = 0
    while (here.send(sent, [file])) sent++
    closeSync(file)
    expect(sent).toBeGreaterThan(5)
    const parcel = await openParcel({
      model: null,
      keys: { grant: { block: 0 }, identity: { passphrase: "" }, trust: [] },
    })
    parcel.add(await openedFile())
    let isThrough = false
    const sending = parcel.send(here, 9999, undefined, async () => {
      isThrough = true
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(isThrough).toBe(false)
    for (let number = 0; number < sent; number++) closeAll(there.take(number))
    await sending
    parcel.close()
    closeAll(there.take(9999))
    // An abort ends the waiting, with its own reason.
    const another = await openedFile()
    while (here.send(1, [another]));
    parcel.add(another)
    const reason = new Error("mine")
    const aborting = AbortSignal.abort(reason)
    await expect(parcel.send(here, 2, aborting, async () => {})).rejects.toBe(reason)
    parcel.close()
    there.discard(1)
  })

  it("for which there is no room in the process are refused, and none of them stays open", async () => {
    const { here, there } = await pair()
    before = openFiles()
    const { default: koffi } = await import("koffi")
    const library = koffi.load(null)
    const getLimit = library.func("int getrlimit(int resource, void *limit)")
    const setLimit = library.func("int setrlimit(int resource, void *limit)")
    const openFilesLimit = 7
    const file = await openedFile()
    here.send(1, [file, file, file, file])
    const saved = new BigUint64Array(2)
    getLimit(openFilesLimit, saved)
    // The lowest free number is above the file's: room for two more.
    const free = openSync("/dev/null", "r")
    closeSync(free)
    setLimit(openFilesLimit, BigUint64Array.of(BigInt(free + 2), saved[1] as bigint))
    try {
      expect(() => there.take(1)).toThrow(coded("source-unreadable"))
    } finally {
      setLimit(openFilesLimit, saved)
    }
    closeSync(file)
    expect(() => there.take(1)).toThrow(coded("channel-invalid"))
  })

  it("can't be passed after the end, and the other side's end is told", async () => {
    before = openFiles()
    const crossing = await openCrossing()
    if (!crossing) throw new Error("This is Linux, with koffi: there is a way.")
    const file = await openedFile()
    crossing.releaseVaultEnd()
    expect(() => crossing.passing.send(1, [file])).toThrow(/EPIPE|ECONNRE/)
    crossing.close()
    crossing.close()
    expect(() => crossing.passing.send(1, [file])).toThrow(TypeError)
    expect(() => crossing.passing.take(1)).toThrow(coded("channel-invalid"))
    closeSync(file)
  })
})

describe("a file that was passed", () => {
  it("is called by the words that the app used", async () => {
    const path = join(await temporaryFolder(), "model.sealed")
    writeFileSync(path, "before")
    const passed = passedDescriptors([openSync(path, "r")])
    const source = sourceOf({ descriptor: 0, name: "the app's words" }, passed)
    await source.byteLength()
    writeFileSync(path, "after it was changed")
    const error = await source.read(0, new Uint8Array(6)).catch((thrown) => thrown)
    expect(error).toEqual(coded("source-changed"))
    expect(error.message).toContain("the app's words changed")
    expect(error.message).not.toMatch(/[Dd]escriptor/)
    await source.close()
  })

  it("is closed once, by its source or by who cleans up", async () => {
    const path = join(await temporaryFolder(), "file")
    writeFileSync(path, "words")
    const isOpen = (descriptor: number) => {
      try {
        return fstatSync(descriptor).isFile()
      } catch {
        return false
      }
    }
    const [first, second] = [openSync(path, "r"), openSync(path, "r")]
    const passed = passedDescriptors([first, second])
    const source = sourceOf({ descriptor: 0, name: "file" }, passed)
    await source.byteLength()
    await source.close()
    await source.close()
    expect([isOpen(first), isOpen(second)]).toEqual([false, true])
    expect(() => takePassed(passed, 0)).toThrow(coded("channel-invalid"))
    expect(() => sourceOf({ descriptor: 2, name: "file" }, passed)).toThrow(coded("channel-invalid"))
    // The first one's number may be another file's by now.
    const another = openSync(path, "r")
    expect(another).toBe(first)
    closePassed(passed)
    closePassed(passed)
    expect([isOpen(another), isOpen(second)]).toEqual([true, false])
    closeSync(another)
  })
})
