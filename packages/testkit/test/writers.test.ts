import { bytesSource, importOnnx, tensor } from "@strongroom/core"
import { NotExpressible, onnxWriter, programWriter, tfjsWriter } from "@strongroom/testkit"
import { describe, expect, it } from "vitest"
import { identity, withWeights } from "../src/networks.js"
import { bytesField, concat, integerField, textField } from "../src/write/protobuf.js"

async function bytesOf(part: { readonly source: ReturnType<typeof bytesSource> } | undefined): Promise<Uint8Array> {
  if (part === undefined) throw new Error("There is no such part.")
  const bytes = new Uint8Array(await part.source.byteLength())
  await part.source.read(0, bytes)
  return bytes
}

describe("protobuf", () => {
  it("writes what the encoding's own page shows", () => {
    expect([...integerField(1, 150)]).toEqual([0x08, 0x96, 0x01])
    expect([...textField(2, "testing")]).toEqual([0x12, 0x07, ...new TextEncoder().encode("testing")])
    expect([...bytesField(3, integerField(1, 150))]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01])
  })

  it("writes varints at their boundaries", () => {
    expect([...integerField(1, 127)]).toEqual([0x08, 0x7f])
    expect([...integerField(1, 128)]).toEqual([0x08, 0x80, 0x01])
    expect([...integerField(16, 0)]).toEqual([0x80, 0x01, 0x00])
    expect(integerField(1, 2 ** 53 - 1)).toHaveLength(9)
  })
})

const weights = [1, 2, 3]
const values = new Uint8Array(tensor("float32", [3], Float32Array.from(weights)).data.buffer)

describe("writers", () => {
  it.each([onnxWriter, tfjsWriter, programWriter])("describe the network: $kind", async (writer) => {
    const { kind, inputs, outputs, parts } = await writer.write(withWeights(weights, true))
    expect(kind).toBe(writer.kind)
    expect(inputs).toEqual([{ name: "x", type: "float32", shape: [expect.any(String), 3] }])
    expect(outputs).toEqual([{ name: "y", type: "float32", shape: [expect.any(String), 3] }])
    const separate = await Promise.all(parts.filter(({ role }) => role === "weights").map(bytesOf))
    expect(concat(...separate)).toEqual(values)
  })

  it("put ONNX weights into the graph's own file where that is asked", async () => {
    const { parts } = await onnxWriter.write(withWeights(weights, false))
    expect(parts.map(({ role }) => role)).toEqual(["graph"])
    const graph = await bytesOf(parts[0])
    expect(Buffer.from(graph).includes(Buffer.from(values))).toBe(true)
    expect((await importOnnx(bytesSource(graph))).inputs).toHaveLength(1)
  })

  it("cut TensorFlow.js weights within an element", async () => {
    const { parts } = await tfjsWriter.write(withWeights(weights, true))
    expect(await Promise.all(parts.slice(1).map(({ source }) => source.byteLength()))).toEqual([7, 5])
  })

  it("say what a kind can't hold", async () => {
    await expect(tfjsWriter.write(identity("int64", [1]))).rejects.toThrow(NotExpressible)
  })
})
