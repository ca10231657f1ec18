import { bytesSource, openInProcess, tensor } from "@strongroom/core"
import { createPublisher, type SinkOptions, sink } from "@strongroom/testkit"
import { expect, it } from "vitest"

const publisher = await createPublisher()

/** Two parts, longer together than a piece of the sink's memory, and not a multiple of anything. */
const lengths = [70_000_001, 3_000_003]
const valueAt = (offset: number) => (offset * 31 + (offset >>> 16)) & 255

async function load(options: SinkOptions) {
  let start = 0
  const parts = lengths.map((length, index) => {
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; at++) bytes[at] = valueAt(start + at)
    start += length
    return { role: "weights" as const, name: `part-${index}`, source: bytesSource(bytes) }
  })
  const { bytes, keys } = await publisher.ship({
    kind: "file",
    inputs: [{ name: "offset", type: "int64", shape: ["n"] }],
    outputs: [{ name: "byte", type: "uint8", shape: ["n"] }],
    parts,
  })
  return openInProcess(sink(options), bytesSource(bytes), keys)
}

const offsets = [0, 1, 67_108_863, 67_108_864, 70_000_000, 70_000_001, 73_000_003]
const offset = tensor("int64", [offsets.length], BigInt64Array.from(offsets, BigInt))

it.each([{}, { inPlace: true }])("the sink holds every byte of every part, in order: %o", async (options) => {
  await using session = await load(options)
  const { byte } = await session.run({ offset })
  expect(Array.from(Object(byte).data)).toEqual(offsets.map(valueAt))
})

it("the sink lets go of everything when it is told to keep nothing", async () => {
  await using session = await load({ keep: false })
  const { byte } = await session.run({ offset })
  expect(Array.from(Object(byte).data)).toEqual(offsets.map(() => 0))
})
