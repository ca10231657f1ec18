import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { ModelSearch, readModelFiles } from "../src/index.js"
import { Fingerprints } from "../src/model/fingerprints.js"
import { namesOf } from "../src/model/names.js"
import { shortConstantsOf } from "../src/model/onnx-constants.js"
import { plantedFile } from "../src/model/plant.js"
import { entropyOf, windowsOf } from "../src/model/windows.js"
import { zipOf } from "../src/model/zip.js"
import { models } from "./models.js"

const path = join(models, "ch_ppocr_mobile_v2.0_cls_infer.onnx")
const model = readFileSync(path)
const search = new ModelSearch([{ name: "model", bytes: model }])

describe("windows", () => {
  it("entropy is Shannon's", () => {
    expect(entropyOf(new Uint8Array(64), 0, 64)).toBe(0)
    expect(
      entropyOf(
        Uint8Array.from({ length: 64 }, (_, i) => i),
        0,
        64,
      ),
    ).toBeCloseTo(6)
    expect(
      entropyOf(
        Uint8Array.from({ length: 64 }, (_, i) => i & 1),
        0,
        64,
      ),
    ).toBeCloseTo(1)
  })

  it("most of a real model's are looked for, and none of zeros, text or small integers", () => {
    expect([...windowsOf(model)].length / (model.length / 64)).toBeGreaterThan(0.9)
    const integers = Buffer.from(new BigInt64Array(512).map((_, i) => BigInt(i)).buffer)
    const text = Buffer.from("It was the best of times, it was the worst of times. ".repeat(100))
    for (const bytes of [Buffer.alloc(4096), integers, text]) expect([...windowsOf(bytes)]).toEqual([])
  })
})

describe("the share of a model that was found", () => {
  it("is nothing, a part, all; a window that is found twice counts once", () => {
    const search = new ModelSearch([{ name: "model", bytes: model }])
    expect(search.windowsFound).toBe(0)
    search.search(randomBytes(100_000))
    expect(search.windowsFound).toBe(0)
    const half = model.subarray(0, model.length / 2)
    search.search(half)
    const found = search.windowsFound
    expect(found / search.windows).toBeGreaterThan(0.4)
    expect(found / search.windows).toBeLessThan(0.6)
    search.search(Buffer.concat([half, half]))
    expect(search.windowsFound).toBe(found)
    search.search(model)
    expect(search.windowsFound).toBe(search.windows)
  })

  it("counts what another window of the same bytes was taken for, and not what was planted", () => {
    const [one, two] = [randomBytes(64), randomBytes(64)]
    const planted = { name: "planted", bytes: randomBytes(256) }
    const search = new ModelSearch([{ name: "model", bytes: Buffer.concat([one, two, one]) }], [planted])
    expect(search.windows).toBe(2)
    search.search(planted.bytes)
    expect(search.windowsFound).toBe(0)
    search.search(Buffer.concat([two, one]))
    expect(search.windowsFound).toBe(2)
  })
})

describe("fingerprints", () => {
  // Of random bytes, so that every window is one to look for.
  const text = randomBytes(64 * 1500)
  const fingerprints = new Fingerprints([text])

  it("find a run of 127 bytes wherever it begins, and wherever it lies", () => {
    for (let start = 5000; start < 5064; start++) {
      const bytes = Buffer.concat([Buffer.alloc(start % 61, 7), text.subarray(start, start + 127), Buffer.alloc(99, 9)])
      const [match = { start: 0, at: 0, length: 0 }] = fingerprints.search(bytes)
      // The filling may be what comes next in the text, by chance.
      expect(match.start - match.at).toBe(start - (start % 61))
      expect(match.start).toBeLessThanOrEqual(start)
      expect(match.start + match.length).toBeGreaterThanOrEqual(start + 127)
    }
  })

  it.each([63, 64, 65])("of a window at its own place: %i bytes", (length) => {
    const [zeros, window] = [Buffer.alloc(10), text.subarray(640, 640 + length)]
    const found = fingerprints.search(Buffer.concat([zeros, window, zeros]))
    expect(found.length).toBe(length >= 64 ? 1 : 0)
  })

  it("see one wrong byte, and go on behind it", () => {
    const bytes = Buffer.from(text.subarray(0, 1024))
    bytes.writeUInt8(bytes.readUInt8(512) ^ 1, 512)
    expect(fingerprints.search(bytes).map(({ start, length }) => [start, length])).toEqual([
      [0, 512],
      [513, 511],
    ])
  })

  it("find nothing in other random bytes, nor in a large program", () => {
    expect(fingerprints.search(randomBytes(1 << 20))).toEqual([])
    expect(search.search(readFileSync(process.execPath).subarray(0, 32 << 20))).toMatchObject({ runs: 0, nameCount: 0 })
  })

  it("count what is there twice once", () => {
    expect(new Fingerprints([Buffer.concat([text, text])]).countIn(1)).toBe(fingerprints.countIn(1))
  })
})

describe("a real model", () => {
  it("is found whole in itself, and in archives of archives", () => {
    for (const bytes of [model, gzipSync(model), zipOf("model.onnx", model), gzipSync(zipOf("model.onnx", model))])
      expect(search.search(bytes)).toMatchObject({ bytes: model.length, longest: model.length, runs: 1 })
  })

  it("is found by its names alone", () => {
    const [name = ""] = namesOf(model)
    expect(search.search(Buffer.from(`before ${name} after`))).toMatchObject({ runs: 0, nameCount: 1, names: [name] })
  })

  it("is told from another of the same family: no weights in common", () => {
    const other = readFileSync(join(models, "ch_PP-OCRv4_det_infer.onnx"))
    expect(search.search(other).bytes).toBeLessThan(1000)
  })

  it("has short constants, found by themselves", () => {
    const constants = shortConstantsOf(model)
    expect(constants.length).toBeGreaterThan(10)
    const [constant] = constants.filter(({ start, length }) => entropyOf(model, start, length) > 3.5)
    if (!constant) throw new Error("The model has no distinctive constant.")
    const bytes = model.subarray(constant.start, constant.start + constant.length)
    expect(search.search(Buffer.concat([Buffer.alloc(33), bytes, Buffer.alloc(33)])).runs).toBe(1)
  })

  it("nothing to look for is an error", async () => {
    expect(() => new ModelSearch([{ name: "zeros.bin", bytes: new Uint8Array(4096) }])).toThrow(
      /zeros.bin.*no 64 bytes/,
    )
    const zeros = { name: "zeros.bin", bytes: new Uint8Array(4096) }
    expect(() => new ModelSearch([zeros], [plantedFile])).toThrow(/zeros.bin.*no 64 bytes/)
    await expect(readModelFiles(["none.onnx"])).rejects.toMatchObject({ code: "source-missing" })
    await expect(readModelFiles([path])).resolves.toMatchObject([{ name: "ch_ppocr_mobile_v2.0_cls_infer.onnx" }])
  })
})
