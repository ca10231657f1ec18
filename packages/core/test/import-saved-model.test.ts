import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { concat } from "../src/bytes.js"
import { StrongroomError } from "../src/errors.js"
import type { ImportedModel } from "../src/import/imported.js"
import { type ImportSavedModelOptions, importSavedModel } from "../src/import/saved-model.js"
import { bytesSource } from "../src/source/bytes.js"
import { bytes, int, tag } from "./import-messages.js"
import { importFailure } from "./support/import-failure.js"

/** Messages of TensorFlow's saved_model.proto and meta_graph.proto, as fields. */
const shape = (...sizes: number[]) => bytes(3, ...sizes.map((size) => bytes(2, int(1, size))))
const info = (tensor: string, type: number, ...more: Uint8Array[]) => concat(bytes(1, tensor), int(2, type), ...more)
const input = (key: string, value: Uint8Array) => bytes(1, bytes(1, key), bytes(2, value))
const output = (key: string, value: Uint8Array) => bytes(2, bytes(1, key), bytes(2, value))
const signature = (key: string, ...tensors: Uint8Array[]) => bytes(5, bytes(1, key), bytes(2, ...tensors))
const node = (operator: string) => bytes(1, bytes(1, "secret-node"), bytes(2, operator))
const asset = (name: string) => bytes(6, bytes(2, name))
const tags = (...names: string[]) => bytes(1, ...names.map((name) => bytes(4, name)))
const metaGraph = (...fields: Uint8Array[]) => bytes(2, ...fields)

const x = input("x", info("serving_default_x:0", 1, shape(-1, 4)))
const y = output("y", info("StatefulPartitionedCall:0", 9, shape(-1)))
const serving = signature("serving_default", x, y)
const ordinary = concat(int(1, 1), metaGraph(tags("serve"), bytes(2, node("VarHandleOp")), serving))
const variables = ["variables/variables.index", "variables/variables.data-00000-of-00001"]

const files = (graph: Uint8Array, names: readonly string[] = variables) => [
  { name: "saved_model.pb", source: bytesSource(graph) },
  ...names.map((name) => ({ name, source: bytesSource(new Uint8Array(3)) })),
]
const importGraph = (graph: Uint8Array, options?: ImportSavedModelOptions, names?: readonly string[]) =>
  importSavedModel(files(graph, names), options)

async function failure(importing: Promise<unknown>): Promise<StrongroomError> {
  const error = await importFailure(importing)
  expect(error.message).not.toMatch(/secret|variables\.|words/)
  return error
}

async function descriptionOf({ parts }: ImportedModel): Promise<unknown> {
  const source = parts.find(({ name }) => name === "strongroom-signature.json")?.source
  const target = new Uint8Array((await source?.byteLength()) ?? 0)
  await source?.read(0, target)
  return JSON.parse(new TextDecoder().decode(target))
}

test("every file is a part, and one part more says which signature it is", async () => {
  const names = [...variables, "assets/words.txt", "fingerprint.pb"]
  await using imported = await importGraph(concat(ordinary), {}, names)
  expect(imported.kind).toBe("saved-model")
  expect(imported.inputs).toEqual([{ name: "x", type: "float32", shape: ["?", 4] }])
  expect(imported.outputs).toEqual([{ name: "y", type: "int64", shape: ["?"] }])
  expect(imported.parts.map(({ role, name }) => `${role} ${name}`)).toEqual([
    "graph strongroom-signature.json",
    "graph saved_model.pb",
    ...variables.map((name) => `weights ${name}`),
    "file assets/words.txt",
    "file fingerprint.pb",
  ])
  expect(await descriptionOf(imported)).toEqual({
    format: "strongroom-saved-model/1",
    tags: ["serve"],
    inputs: { x: "serving_default_x:0" },
    outputs: { y: "StatefulPartitionedCall:0" },
  })
})

describe("of several graphs and signatures", () => {
  const other = signature("embed", output("z", info("z:0", 7, shape())))
  const internal = signature("__saved_model_init_op", output("__saved_model_init_op", info("NoOp", 0)))
  const several = concat(metaGraph(tags("train"), other), metaGraph(tags("serve", "gpu"), serving, other, internal))

  test("one is chosen", async () => {
    await using imported = await importGraph(several, { tags: ["gpu", "serve"], signature: "embed" })
    expect(imported.outputs).toEqual([{ name: "z", type: "string", shape: [] }])
    expect(await descriptionOf(imported)).toMatchObject({ tags: ["serve", "gpu"], outputs: { z: "z:0" } })
  })

  test("the only one is the default, where serve and serving_default aren't there", async () => {
    await using imported = await importGraph(concat(metaGraph(tags("train"), other, internal)))
    expect(imported.outputs).toEqual([{ name: "z", type: "string", shape: [] }])
  })

  test("what isn't there is refused, and what there is is said", async () => {
    expect((await failure(importGraph(several))).message).toContain('"train"; "serve", "gpu"')
    const { message } = await failure(importGraph(several, { tags: ["serve", "gpu"], signature: "none" }))
    expect(message).toContain('no signature "none". Choose one of "serving_default", "embed".')
    await failure(importGraph(metaGraph(tags("serve"), internal)))
    await failure(importGraph(metaGraph(tags("serve"), other, signature("third"))))
  })
})

describe("files that belong to it", () => {
  test.each([
    ["no variables", []],
    ["no index", variables.slice(1)],
    ["no data", variables.slice(0, 1)],
    ["a shard of two", [variables[0] as string, "variables/variables.data-00000-of-00002"]],
  ])("are refused with %s", async (_, names) => {
    expect((await failure(importGraph(ordinary, {}, names))).message).toContain("variables/")
  })

  test("without variables there need be none", async () => {
    await using imported = await importGraph(metaGraph(tags("serve"), bytes(2, node("Const")), serving), {}, [])
    expect(imported.parts).toHaveLength(2)
  })

  test("assets that it names have to be there", async () => {
    const graph = metaGraph(tags("serve"), serving, asset("words.txt"))
    expect((await failure(importGraph(graph, {}, []))).message).toContain("1 of this SavedModel's 1 assets")
    await using imported = await importGraph(graph, {}, ["assets/words.txt"])
    expect(imported.parts).toHaveLength(3)
  })

  test("a graph in another form, and a file of our own name, are refused", async () => {
    await failure(importSavedModel([{ name: "saved_model.pbtxt", source: bytesSource(ordinary) }]))
    await failure(importGraph(ordinary, {}, [...variables, "strongroom-signature.json"]))
    await failure(importGraph(ordinary, {}, [...variables, "../outside"]))
  })
})

test.each([
  ["no tensor", input("x", info("", 1, shape(1)))],
  ["a sparse tensor", input("x", concat(info("x:0", 1, shape(1)), bytes(4, bytes(1, "a:0"))))],
  ["a ragged tensor", input("x", concat(info("x:0", 1, shape(1)), bytes(5, "")))],
  ["complex numbers", input("x", info("x:0", 8, shape(1)))],
  ["a resource", input("x", info("x:0", 20, shape()))],
  ["an unknown rank", input("x", info("x:0", 1, bytes(3, int(3, 1))))],
  ["a size below -1", input("x", info("x:0", 1, shape(-2)))],
  ["too many dimensions", input("x", info("x:0", 1, shape(...new Array(33).fill(1))))],
  ["two inputs of one name", concat(x, x)],
  ["an empty name", input("", info("x:0", 1, shape(1)))],
])("a signature with %s is refused", async (_, tensors) => {
  await failure(importGraph(metaGraph(tags("serve"), signature("serving_default", tensors)), {}, []))
})

test.each([
  ["nothing", new Uint8Array(0)],
  ["text", new TextEncoder().encode("This is no protobuf.")],
  ["a graph that is cut short", ordinary.subarray(0, ordinary.length - 5)],
  ["a graph that is a number", concat(int(1, 1), int(2, 7))],
  ["an unknown wire type", concat(ordinary, tag(9, 6))],
  ["too many graphs", concat(...new Array(65).fill(metaGraph(tags("serve"))))],
])("%s is refused", async (_, graph) => {
  await failure(importGraph(graph))
})

test("whatever is damaged, it is imported or refused", async () => {
  const anywhere = fc.nat({ max: ordinary.length - 1 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(anywhere, fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
      async (hits) => {
        const damaged = ordinary.slice()
        for (const [at, byte] of hits) damaged[at] = byte
        await importGraph(damaged).then(
          (imported) => imported.close(),
          (error) => expect(StrongroomError.is(error) && error.code).toBe("import-failed"),
        )
      },
    ),
    { numRuns: 2000 },
  )
})

test("an abort stops it", async () => {
  const reason = new Error("enough")
  await expect(importGraph(ordinary, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})
