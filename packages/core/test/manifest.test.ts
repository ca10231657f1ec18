import { describe, expect, it } from "vitest"
import { utf8 } from "../src/bytes.js"
import { encodeManifest, type Manifest, parseManifest } from "../src/format/manifest.js"
import { checkPolicy, type Place } from "../src/format/policy.js"
import { codeOf } from "./support/error-code.js"

const manifest: Manifest = {
  kind: "onnx",
  inputs: [{ name: "x", type: "float32", shape: [1, 3, "height", "?"] }],
  outputs: [{ name: "y", type: "int64", shape: [] }],
  parts: [{ role: "graph", name: "a/model.onnx", byteLength: 5 }],
  policy: { vault: true, cache: ["off", "sealed"], guarantees: ["process.environment"], backends: ["onnxruntime"] },
}
const read = (change: { readonly [member: string]: unknown }) =>
  codeOf(() => parseManifest(utf8(JSON.stringify({ ...manifest, ...change }))))
const tensor = (change: object) => read({ inputs: [{ ...manifest.inputs[0], ...change }] })
const part = (change: object) => read({ parts: [{ ...manifest.parts[0], ...change }] })

it("reads what it writes", () => {
  for (const written of [manifest, { ...manifest, inputs: [], outputs: [], parts: [], policy: {} }]) {
    expect(parseManifest(encodeManifest(written))).toEqual(written)
  }
  expect(parseManifest(utf8(JSON.stringify({ ...manifest, policy: undefined }))).policy).toEqual({})
})

describe("refuses", () => {
  it.each(["kind", "inputs", "outputs", "parts"])("a manifest without %s", async (member) => {
    expect(await read({ [member]: undefined })).toBe("manifest-invalid")
    expect(await read({ [member]: 1 })).toBe("manifest-invalid")
  })

  it("more tensors or parts than the limit", async () => {
    const specs = Array.from({ length: 4097 }, (_, i) => ({ name: `${i}`, type: "bool", shape: [] }))
    expect(await read({ outputs: specs.slice(1) })).toBe("success")
    expect(await read({ outputs: specs })).toBe("manifest-invalid")
    const parts = Array.from({ length: 65_537 }, (_, i) => ({ role: "tensor", name: `${i}`, byteLength: 0 }))
    expect(await read({ parts: parts.slice(1) })).toBe("success")
    expect(await read({ parts })).toBe("manifest-invalid")
  })

  it("types, ranks, sizes and names out of limits", async () => {
    for (const type of ["float8", "FLOAT32", "", null]) expect(await tensor({ type })).toBe("manifest-invalid")
    expect(await tensor({ shape: new Array(32).fill(1) })).toBe("success")
    expect(await tensor({ shape: new Array(33).fill(1) })).toBe("manifest-invalid")
    for (const size of [-1, "", "é".repeat(513), null, [1]])
      expect(await tensor({ shape: [size] })).toBe("manifest-invalid")
    for (const size of [0, 2 ** 53 - 1, "é".repeat(512)]) expect(await tensor({ shape: [size] })).toBe("success")
    expect(await tensor({ name: "é".repeat(512) })).toBe("success")
    for (const name of ["", "é".repeat(513), 1]) expect(await tensor({ name })).toBe("manifest-invalid")
  })

  it("one name twice", async () => {
    const [input] = manifest.inputs
    const [entry] = manifest.parts
    expect(await read({ inputs: [input, input] })).toBe("manifest-invalid")
    expect(await read({ outputs: [input] })).toBe("success")
    expect(await read({ parts: [entry, entry] })).toBe("manifest-invalid")
  })

  it("parts out of limits", async () => {
    for (const byteLength of [-1, 2 ** 44 + 1, "1"]) expect(await part({ byteLength })).toBe("manifest-invalid")
    expect(await part({ role: "code" })).toBe("manifest-invalid")
  })

  it.each([
    "",
    "/",
    "/a",
    "a/",
    "a//b",
    ".",
    "..",
    "a/..",
    "a/./b",
    "../a",
    "a\\b",
    "c:",
    "a\u0000",
    "a\u001f",
    "\u007f",
  ])("a part named %j", async (name) => {
    expect(await part({ name })).toBe("manifest-invalid")
  })

  it.each(["a", "a/b", "...", "a b", ".a", "é/\u0080", "a".repeat(1024)])("no part named %j", async (name) => {
    expect(await part({ name })).toBe("success")
  })

  it("a policy of other types", async () => {
    for (const policy of [
      1,
      null,
      [],
      { vault: 1 },
      { cache: "off" },
      { cache: ["disk"] },
      { backends: [1] },
      { guarantees: {} },
    ]) {
      expect(await read({ policy }), JSON.stringify(policy)).toBe("manifest-invalid")
    }
    expect(await read({ policy: { vault: false, cache: [], later: 1 } })).toBe("success")
  })

  it("critical members", async () => {
    expect(await read({ critical: ["x"] })).toBe("critical-unknown")
    expect(await read({ critical: [] })).toBe("manifest-invalid")
  })
})

it("shows nothing of its content in messages", () => {
  const text = JSON.stringify({ ...manifest, parts: [{ role: "graph", name: "../secret", byteLength: 5 }] })
  expect(() => parseManifest(utf8(text))).toThrow(/^(?!.*secret)/)
})

describe("checkPolicy", () => {
  const place: Place = { vault: true, cachePolicy: "off", backend: "onnxruntime", guarantees: ["process.environment"] }

  it("passes a place that has what is demanded, and any when nothing is", async () => {
    expect(await codeOf(() => checkPolicy(manifest.policy, place))).toBe("success")
    expect(await codeOf(() => checkPolicy({}, { vault: false }))).toBe("success")
  })

  it.each([
    ["policy-vault", { vault: false }],
    ["policy-cache", { cachePolicy: "driver" }],
    ["policy-backend", { backend: "tfjs" }],
    ["policy-guarantee", { guarantees: ["another"] }],
  ] as const)("refuses with %s", async (code, change) => {
    expect(await codeOf(() => checkPolicy(manifest.policy, { ...place, ...change }))).toBe(code)
  })

  it("takes what isn't said for not there", async () => {
    expect(await codeOf(() => checkPolicy({ cache: ["off"] }, { vault: true }))).toBe("policy-cache")
    expect(await codeOf(() => checkPolicy({ backends: ["a"] }, { vault: true }))).toBe("policy-backend")
    expect(await codeOf(() => checkPolicy({ guarantees: ["a"] }, { vault: true }))).toBe("policy-guarantee")
    expect(await codeOf(() => checkPolicy({ cache: [] }, place))).toBe("policy-cache")
  })

  it("names what is missing by the words of this release, and repeats no text of the manifest", () => {
    const secret = "codename-heron"
    const demanded = ["network.none", secret, "memory.locked", "toString", "process.environment"]
    expect(() => checkPolicy({ guarantees: demanded }, place)).toThrow(
      /hold here: network\.none, memory\.locked, 2 that this release doesn't know\.$/,
    )
    expect(() => checkPolicy({ guarantees: [secret] }, place)).toThrow(/hold here: 1 that this release doesn't know\.$/)
    expect(() => checkPolicy({ backends: [secret, "tfjs"] }, place)).toThrow(
      /^(?!.*(heron|tfjs)).*doesn't allow the backend onnxruntime\./,
    )
    expect(() => checkPolicy({ cache: ["memory", "driver"] }, place)).toThrow(
      "allows the cache policies memory, driver, found off.",
    )
  })
})
