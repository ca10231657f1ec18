import { StrongroomError } from "@strongroom/core"
import { describe, expect, it } from "vitest"
import { errorFromWire } from "../src/channel/error-from-wire.js"
import { parseToApp, parseToVault } from "../src/channel/messages.js"
import { toWireError } from "../src/channel/wire-error.js"
import { packValues, unpackValues } from "../src/channel/wire-tensor.js"

const run = {
  type: "run",
  call: 1,
  session: 1,
  inputs: [{ name: "x", type: "int8", shape: [1], block: 0 }],
  outputs: null,
  keep: [],
  memory: null,
  room: null,
  abortable: false,
}

describe("messages", () => {
  it("are taken when they are sound, with members that they don't know", () => {
    expect(parseToVault({ ...run, more: 1 })).toMatchObject(run)
    expect(parseToVault({ type: "close" })).toEqual({ type: "close" })
    for (const identity of [{ of: "vault" }, { module: "file:///a.mjs", options: null }, { passphrase: "p" }]) {
      const keys = { grant: { block: 0 }, identity, trust: [] }
      const load = { type: "load", call: 1, session: 1, model: null, keys, passed: null, channel: null }
      expect(parseToVault(load)).toEqual(load)
    }
    const request = { type: "relay-request", session: 1, relay: 1 }
    expect(parseToApp(request)).toEqual(request)
    const get = { type: "store-get", session: 1, request: 1, name: "a0".repeat(32) }
    expect(parseToApp(get)).toEqual(get)
  })

  const wrong: [string, unknown][] = [
    ["no object", "run"],
    ["an array", [run]],
    ["another type", { ...run, type: "constructor" }],
    ["no call", { ...run, call: undefined }],
    ["a negative call", { ...run, call: -1 }],
    ["half a call", { ...run, call: 0.5 }],
    ["an element type that isn't one", { ...run, inputs: [{ name: "x", type: "int7", shape: [1], block: 0 }] }],
    ["a negative size", { ...run, inputs: [{ name: "x", type: "int8", shape: [-1], block: 0 }] }],
    ["room that isn't one", { ...run, room: { at: -1, byteLength: 1 } }],
    ["a name that isn't text", { ...run, keep: [1] }],
    ["a store's name that is a path", { type: "store-get", session: 1, request: 1, name: "../../etc/passwd" }],
    ["a store's name in upper case", { type: "store-put", session: 1, name: "A".repeat(64) }],
    ["a store's name that is too short", { type: "store-delete", session: 1, name: "a".repeat(63) }],
    ["counts that aren't", { type: "artifacts", more: { hits: -1 } }],
    ["a relay without a number", { type: "relay-request", session: 1 }],
    ["an answer without a session", { type: "relay-answer", relay: 1 }],
  ]
  it.each(wrong)("with %s are refused", (_, message) => {
    expect(() => parseToVault(message)).toThrow(expect.objectContaining({ code: "channel-invalid" }))
    expect(() => parseToApp(message)).toThrow(expect.objectContaining({ code: "channel-invalid" }))
  })

  it("carry tensors of any name, and strings of any kind", () => {
    const values = {
      __proto__x: { type: "int8", shape: [2], data: new Uint8Array([1, 2]) },
      "": { type: "string", shape: [3], data: ["", "é\u0000", "𝄞"] },
      kept: { kept: 7 },
    } as const
    const { values: packed, blocks } = packValues(values)
    const buffers = blocks.map((block) => new Uint8Array(block).buffer)
    expect(unpackValues(JSON.parse(JSON.stringify(packed)), buffers)).toEqual(values)
  })

  it("refuse blocks that aren't there, and strings that aren't strings", () => {
    const value = { name: "x", type: "string", shape: [1], block: 0 } as const
    const invalid = expect.objectContaining({ code: "channel-invalid" })
    expect(() => unpackValues([value], [])).toThrow(invalid)
    expect(() => unpackValues([value], [new TextEncoder().encode("[1]").buffer])).toThrow(invalid)
    expect(() => unpackValues([value], [new TextEncoder().encode("[").buffer])).toThrow(invalid)
  })
})

describe("errors", () => {
  const cross = (thrown: unknown) => errorFromWire(toWireError(thrown))

  it("of the API cross as they are", () => {
    const passing = [new StrongroomError("truncated", "m"), new TypeError("m"), new RangeError("m")]
    for (const error of [...passing, new DOMException("m", "AbortError")]) {
      expect(cross(error)).toMatchObject({ name: error.name, message: "m" })
    }
    expect(cross(passing[0])).toMatchObject({ code: "truncated" })
  })

  const system = Object.assign(new Error("EACCES: permission denied, open '/secret/place'"), { code: "EACCES" })
  const unreadable = new Proxy(new Error("m"), {
    get() {
      throw new Error("again")
    },
  })
  it.each([
    ["the system", system],
    ["code", new SyntaxError("/secret/place")],
    ["a text", "/secret/place"],
    ["a symbol", Symbol("/secret/place")],
    ["nothing", undefined],
    ["what can't be read", unreadable],
    ["an object without a prototype", Object.create(null)],
  ])("of %s get a code and lose their words", (_, thrown) => {
    const error = cross(thrown)
    expect(error).toMatchObject({ name: "StrongroomError", code: "backend-failed" })
    expect(error.message).not.toContain("secret")
    expect(toWireError(thrown, "channel-invalid").code).toBe("channel-invalid")
  })

  it("with a code that isn't one are failures of the backend", () => {
    expect(errorFromWire({ name: "StrongroomError", code: "constructor", message: "m" })).toMatchObject({
      code: "backend-failed",
    })
  })
})
