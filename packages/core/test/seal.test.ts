import { describe, expect, it } from "vitest"
import { StrongroomError } from "../src/errors.js"
import { readHeader } from "../src/format/front.js"
import { parseHeader } from "../src/format/header.js"
import type { ModelToSeal } from "../src/format/model-to-seal.js"
import { openSealedModel } from "../src/format/open.js"
import { type SealOptions, sealModel } from "../src/format/seal.js"
import { verifySealedModel } from "../src/format/verify.js"
import { nodeCryptography } from "../src/node/cryptography.js"
import { bytesSource } from "../src/source/bytes.js"
import { memorySink } from "../src/source/memory-sink.js"
import type { Sink } from "../src/source/sink.js"
import type { Source } from "../src/source/source.js"
import { createKeyring } from "../src/trust/keyring.js"
import { publisherId } from "../src/trust/keys.js"
import { bothCryptographies } from "./support/cryptography.js"
import { codeOf } from "./support/error-code.js"
import { modelOf, pattern, publisher, sealInMemory, stranger } from "./support/sealed.js"

const options = (sink: Sink, change: Partial<SealOptions> = {}): SealOptions => ({
  publisher: publisher.privateKey,
  sink,
  segmentSize: 4096,
  cryptography: nodeCryptography,
  ...change,
})

/** A sink that remembers what happened to it, in order. */
function recordingSink(write: (offset: number) => Promise<void> = async () => {}) {
  const calls: (string | number)[] = []
  const sink: Sink = {
    async write(offset) {
      calls.push(offset)
      await write(offset)
    },
    async commit() {
      calls.push("commit")
    },
    async abort() {
      calls.push("abort")
    },
  }
  return { sink, calls }
}

describe.each(bothCryptographies)("with $name", ({ cryptography }) => {
  it("says in the header what it was told, and the rest of what it made", async () => {
    const sink = memorySink()
    const modelId = "ab".repeat(16)
    const sealed = await sealModel(
      modelOf(pattern(9000)),
      options(sink, { cryptography, modelId, release: 7, label: "OCR é", root: stranger.publicKey }),
    )
    expect(sealed).toMatchObject({ modelId, byteLength: sink.bytes().length })
    expect(sealed.contentKey.length).toBe(32)
    const header = parseHeader(sealed.header)
    expect(header).toEqual(await readHeader(sink.bytes()))
    expect(header).toMatchObject({
      model: modelId,
      release: 7,
      label: "OCR é",
      segmentSize: 4096,
      publisher: publisherId(stranger.publicKey),
      signer: publisherId(publisher.publicKey),
    })
    const verified = await verifySealedModel(bytesSource(sink.bytes()), { cryptography })
    expect(verified).toMatchObject({ trusted: false, publisher: header.publisher, segments: 4 })
  })
})

it("has defaults: a random id, release 0, segments of 1 MiB, WebCrypto", async () => {
  const sink = memorySink()
  await sealModel(modelOf(), { publisher: publisher.privateKey, sink })
  const header = await readHeader(sink.bytes())
  expect(header).toMatchObject({ release: 0, segmentSize: 1_048_576, model: expect.stringMatching(/^[0-9a-f]{32}$/) })
  expect(header.label).toBeUndefined()
  const again = memorySink()
  await sealModel(modelOf(), { publisher: publisher.privateKey, sink: again })
  const other = await readHeader(again.bytes())
  expect(other.model).not.toBe(header.model)
  expect(other.salt).not.toBe(header.salt)
})

it("keeps what is sealed out of the file", async () => {
  const { bytes, contentKey } = await sealInMemory(modelOf(Buffer.from("not to be seen ".repeat(20))))
  for (const secret of ["not to be seen", "part/0", "policy"]) expect(Buffer.from(bytes).includes(secret)).toBe(false)
  expect(Buffer.from(bytes).includes(Buffer.from(contentKey))).toBe(false)
})

it("carries kind, tensors and policy", async () => {
  const model: ModelToSeal = {
    kind: "onnx",
    inputs: [{ name: "x", type: "float32", shape: [1, "n", "?"] }],
    outputs: [{ name: "y", type: "string", shape: [] }],
    parts: [{ role: "graph", name: "model.onnx", source: bytesSource(pattern(10)) }],
  }
  const policy = { vault: true, cache: ["off"], backends: ["onnxruntime"], guarantees: ["memory.private"] } as const
  const { bytes, keys } = await sealInMemory(model, { policy })
  const place = {
    vault: true,
    cachePolicy: "off",
    backend: "onnxruntime",
    guarantees: ["memory.private", "swap.none"],
  } as const
  await using opened = await openSealedModel(bytesSource(bytes), keys, { place })
  expect(opened.manifest).toEqual({
    kind: "onnx",
    inputs: model.inputs,
    outputs: model.outputs,
    parts: [{ role: "graph", name: "model.onnx", byteLength: 10 }],
    policy,
  })
  expect(await codeOf(() => openSealedModel(bytesSource(bytes), keys))).toBe("policy-vault")
})

it.each([
  ["a member that is misspelt", { vualt: true }, TypeError],
  ["a guarantee that there isn't", { guarantees: ["memory.privat"] }, RangeError],
])("refuses a policy with %s", async (_what, policy, kind) => {
  await expect(sealInMemory(modelOf(pattern(10)), { policy: policy as object })).rejects.toBeInstanceOf(kind)
})

it("signs with a model key, for those who have the keyring", async () => {
  const change = { publisher: stranger.privateKey, root: publisher.publicKey }
  const { bytes, keys } = await sealInMemory(modelOf(pattern(10)), change)
  const keyring = await createKeyring({
    root: publisher.privateKey,
    version: 1,
    expires: new Date("2090-01-01"),
    modelKeys: [stranger.publicKey],
    grantKeys: [publisher.publicKey],
  })
  const trust = [{ publisher: publisher.publicKey, keyring }]
  expect(await codeOf(async () => (await openSealedModel(bytesSource(bytes), { ...keys, trust })).close())).toBe(
    "success",
  )
  expect(await codeOf(() => openSealedModel(bytesSource(bytes), keys))).toBe("key-not-authorised")
})

describe("the sink", () => {
  it("gets the payload, then the tables, the header last, and then a commit", async () => {
    const { sink, calls } = recordingSink()
    const { header } = await sealModel(modelOf(pattern(9000)), options(sink))
    const payload = [4096, 8192, 12_288, 16_384]
    expect(calls.slice(0, 4).sort((a, b) => Number(a) - Number(b))).toEqual(payload)
    expect(calls.slice(4)).toEqual([76 + header.length, 0, "commit"])
  })

  it("is aborted, and never committed, when it fails at any write", async () => {
    for (const failing of [0, 4096, 12_288]) {
      const { sink, calls } = recordingSink(async (offset) => {
        if (offset === failing) throw new StrongroomError("sink-failed", "full")
      })
      expect(await codeOf(() => sealModel(modelOf(pattern(9000)), options(sink)))).toBe("sink-failed")
      expect(calls).not.toContain("commit")
      expect(calls.at(-1)).toBe("abort")
    }
  })

  it("is aborted when an option is wrong, and may fail at that", async () => {
    const { sink, calls } = recordingSink()
    await expect(sealModel(modelOf(), options(sink, { segmentSize: 5000 }))).rejects.toThrow(RangeError)
    expect(calls).toEqual(["abort"])
    const failing = { ...sink, abort: () => Promise.reject(new Error("abort")) }
    await expect(sealModel(modelOf(), options(failing, { segmentSize: 5000 }))).rejects.toThrow(RangeError)
  })

  it("is aborted with the signal, whose reason is thrown", async () => {
    const reason = new Error("enough")
    for (const segments of [0, 1, 2]) {
      const controller = new AbortController()
      const { sink, calls } = recordingSink()
      const onProgress = (done: number) => {
        if (done >= segments * 4096) controller.abort(reason)
      }
      if (segments === 0) controller.abort(reason)
      const change = { signal: controller.signal, onProgress }
      await expect(sealModel(modelOf(pattern(50_000)), options(sink, change))).rejects.toBe(reason)
      expect(calls).not.toContain("commit")
      expect(calls.at(-1)).toBe("abort")
    }
  })
})

describe("parts", () => {
  it("are asked once for their length, and read once, in full", async () => {
    const part = pattern(20_000)
    const read = new Uint8Array(part.length)
    let asked = 0
    const source: Source = {
      async byteLength() {
        asked++
        return part.length
      },
      async read(offset, target) {
        for (let i = 0; i < target.length; i++) (read[offset + i] as number)++
        target.set(part.subarray(offset, offset + target.length))
      },
      async close() {
        throw new Error("not the sealer's")
      },
    }
    await sealModel({ ...modelOf(), parts: [{ role: "file", name: "a", source }] }, options(memorySink()))
    expect(asked).toBe(1)
    expect(read.every((count) => count === 1)).toBe(true)
  })

  it("that end early have changed", async () => {
    const short = bytesSource(pattern(9999))
    const source = { ...short, byteLength: async () => 10_000 }
    const { sink, calls } = recordingSink()
    const model: ModelToSeal = { ...modelOf(), parts: [{ role: "file", name: "secret-name", source }] }
    const sealing = sealModel(model, options(sink))
    await expect(sealing).rejects.toMatchObject({
      code: "source-changed",
      message: expect.not.stringContaining("secret"),
    })
    expect(calls.at(-1)).toBe("abort")
  })

  it("can't have names, shapes or kinds that the format doesn't allow", async () => {
    const [part] = modelOf(pattern(1)).parts
    const models = [
      { ...modelOf(), parts: [{ ...part, name: "../a" }] },
      { ...modelOf(), parts: [{ ...part, name: "\ud800" }] },
      { ...modelOf(), parts: [part, part] },
      { ...modelOf(), inputs: [{ name: "", type: "bool", shape: [] }] },
      { ...modelOf(), kind: "keras" },
    ]
    for (const model of models) {
      expect(await codeOf(() => sealModel(model as ModelToSeal, options(memorySink())))).toBe("manifest-invalid")
    }
  })
})

it("refuses options out of limits", async () => {
  const seal = (change: object) => sealModel(modelOf(), options(memorySink(), change))
  const wrong = [
    ...[0, 2048, 4097, 2 ** 25, Number.NaN, "4096"].map((segmentSize) => ({ segmentSize })),
    ...[-1, 1.5, 2 ** 31].map((release) => ({ release })),
    ...["", "AB".repeat(16), "ab".repeat(15), "x".repeat(32)].map((modelId) => ({ modelId })),
    ...["é".repeat(129), "\ud800"].map((label) => ({ label })),
  ]
  for (const change of wrong) await expect(seal(change), JSON.stringify(change)).rejects.toThrow(RangeError)
  const right = [{ segmentSize: 2 ** 24 }, { release: 2 ** 31 - 1 }, { label: "é".repeat(128) }, { label: "" }]
  for (const change of right) await expect(seal(change), JSON.stringify(change)).resolves.toBeDefined()
  expect(await codeOf(() => seal({ publisher: publisher.publicKey }))).toBe("key-invalid")
  expect(await codeOf(() => seal({ root: publisher.privateKey }))).toBe("key-invalid")
  const huge = { ...bytesSource(new Uint8Array(0)), byteLength: async () => 2 ** 33 }
  const model: ModelToSeal = { ...modelOf(), parts: [{ role: "file", name: "a", source: huge }] }
  await expect(sealModel(model, options(memorySink()))).rejects.toThrow("in segments of 4096")
})

it("says how far it is", async () => {
  const seen: [number, number][] = []
  const onProgress = (done: number, total: number) => seen.push([done, total])
  await sealModel(modelOf(pattern(9000)), options(memorySink(), { onProgress }))
  expect(seen.map(([done]) => done)).toEqual([...seen.map(([done]) => done)].sort((a, b) => a - b))
  expect(seen.at(-1)).toEqual([seen[0]?.[1], seen[0]?.[1]])
})
