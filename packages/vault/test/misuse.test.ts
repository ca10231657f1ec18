import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bytesSource, openInProcess, StrongroomError } from "@strongroom/core"
import { openVault, type Session, type Source, type Tensor, tensor, type Vault } from "@strongroom/vault"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { connect } from "../src/app/connection.js"
import { echoModel, type Shipped, ship, testBackend } from "./support.js"

const x = tensor("float32", [1], Float32Array.of(1))
const shaped = (shape: unknown): Tensor => ({ type: "float32", shape: shape as number[], data: new Float32Array(4) })

let vault: Vault
let bystander: Session
let session: Session
let inProcess: Session
let shipped: Shipped

beforeAll(async () => {
  shipped = await ship(echoModel(), { folder: await mkdtemp(join(tmpdir(), "vault-test-")) })
  vault = await openVault({ backend: testBackend() })
  bystander = await vault.load(shipped.bytes, shipped.keys)
  session = await vault.load(shipped.bytes, shipped.keys)
  const [grant, identity, publisher] = await Promise.all(
    [shipped.keys.grant, shipped.keys.identity.file, String(shipped.keys.trust[0])].map((path) => readFile(path)),
  )
  const keys = { grant: new Uint8Array(grant as Buffer), identity: String(identity), trust: [String(publisher)] }
  inProcess = await openInProcess(testBackend(), bytesSource(shipped.bytes), keys)
})
afterAll(async () => {
  await inProcess.close()
  await vault.close()
  await rm(shipped.folder, { recursive: true })
})

/** The kind of an error: its code, or its name. */
async function kindOf(call: () => Promise<unknown>): Promise<string> {
  const error = await call().catch((thrown) => thrown)
  return error instanceof Error ? (error instanceof StrongroomError ? error.code : error.name) : "none"
}

async function goesOn(): Promise<void> {
  expect((await bystander.run({ x })).y).toEqual(x)
  expect((await session.run({ x })).y).toEqual(x)
}

describe("what a run is wrongly given is told as in-process, and fails that run alone:", () => {
  const cases: [string, string, (session: Session) => Promise<unknown>][] = [
    ...[[Number.NaN, 2], [-2, -2], [1.5, 2], [2 ** 53, 1], [2 ** 27, 2 ** 26], ["2", 2], [2n, 2], new Array(2)].map(
      (shape): (typeof cases)[number] => [
        `the shape [${shape}]`,
        "input-shape",
        (one) => one.run({ x: shaped(shape) }),
      ],
    ),
    ["no shape", "input-shape", (one) => one.run({ x: shaped(null) })],
    ["a shape that only looks like one", "input-shape", (one) => one.run({ x: shaped({ length: 1, 0: 4 }) })],
    ["a wrong shape of an unknown input", "input-unknown", (one) => one.run({ z: shaped([-1]) })],
    ["no tensor", "TypeError", (one) => one.run({ x: null as never })],
    ["an array in the place of a tensor", "TypeError", (one) => one.run({ x: new Float32Array(1) as never })],
    ["an element type that isn't one", "TypeError", (one) => one.run({ x: { ...x, type: "int7" } as never })],
    ...[-1, Number.NaN, 0.5, "1", undefined].map((kept): (typeof cases)[number] => [
      `kept ${kept}`,
      "kept-invalid",
      (one) => one.run({ x: { kept } as never }),
    ]),
    ["an output that isn't a text", "output-unknown", (one) => one.run({ x }, { outputs: [1 as never] })],
    ["outputs that aren't a list", "TypeError", (one) => one.run({ x }, { outputs: "y" as never })],
    ["no outputs", "TypeError", (one) => one.run({ x }, { outputs: null as never })],
    ["a number to keep", "output-unknown", (one) => one.run({ x }, { keep: [1 as never] })],
    ["a text to keep", "TypeError", (one) => one.run({ x }, { keep: "y" as never })],
  ]
  it.each(cases)("%s: %s", async (_, kind, run) => {
    expect(await kindOf(() => run(inProcess))).toBe(kind)
    expect(await kindOf(() => run(session))).toBe(kind)
    await goesOn()
  })
})

describe("what a load is wrongly given fails that load alone:", () => {
  it.each([-1, 0, 1.5, Number.NaN, "1", null])("leastKeyringVersion %s", async (leastKeyringVersion) => {
    const trust = [{ publisher: "-----BEGIN PUBLIC KEY-----", leastKeyringVersion: leastKeyringVersion as number }]
    expect(await kindOf(() => vault.load(shipped.bytes, { ...shipped.keys, trust }))).toBe("RangeError")
    await goesOn()
  })

  const strange = (message: unknown) => Object.assign(new StrongroomError("truncated", "m"), { message })
  const sources: [string, string, Partial<Source>][] = [
    ...[1.5, Number.NaN, -1, 2 ** 60, "9", undefined, Symbol("9")].map((length): (typeof sources)[number] => [
      `has the length ${String(length)}`,
      "source-unreadable",
      { byteLength: async () => length as number },
    ]),
    ...[undefined, Symbol("x"), 5, Object.create(null), new TypeError("its own")].map(
      (thrown): (typeof sources)[number] => [
        `throws ${typeof thrown}`,
        "source-unreadable",
        { byteLength: () => Promise.reject(thrown) },
      ],
    ),
    ["throws at once", "source-unreadable", { byteLength: () => fail("at once") }],
    ["throws a number as message", "truncated", { byteLength: () => Promise.reject(strange(7)) }],
    ["throws a symbol as message", "truncated", { byteLength: () => Promise.reject(strange(Symbol("7"))) }],
    ["throws as it is closed", "not-sealed-model", { close: () => fail("as it closes") }],
    ["has no close", "not-sealed-model", { close: undefined as never }],
  ]
  it.each(sources)("a source that %s: %s", async (_, kind, members) => {
    const source = { byteLength: async () => 1000, read: async () => {}, close: async () => {}, ...members }
    const stray: unknown[] = []
    const note = (error: unknown) => stray.push(error)
    process.on("unhandledRejection", note)
    expect(await kindOf(() => vault.load(source, shipped.keys))).toBe(kind)
    await goesOn()
    process.off("unhandledRejection", note)
    expect(stray).toEqual([])
  })
})

it("a source's own fault is told in its words", async () => {
  const source = { byteLength: async () => 1.5, read: async () => {}, close: async () => {} }
  await expect(vault.load(source, shipped.keys)).rejects.toThrow("its length is no number of bytes: 1.5")
})

function fail(message: string): never {
  throw new Error(message)
}

it("a message that no vault would take is never sent", async () => {
  const sent: object[] = []
  const connection = connect(
    { send: (message) => sent.push(message) },
    () => {},
    () => {},
  )
  const wrong = { type: "close-session", session: Number.NaN } as const
  await expect(connection.request("done", wrong)).rejects.toBeInstanceOf(TypeError)
  expect(() => connection.send({ type: "release", session: 1, kept: -1 })).toThrow(TypeError)
  expect(sent).toEqual([])
  connection.send({ type: "release", session: 1, kept: 1 })
  expect(sent).toHaveLength(1)
})
