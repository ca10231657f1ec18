import type { OpenModel, Part } from "@strongroom/core/backend"
import { StrongroomError } from "@strongroom/core/backend"
import type { DeviceBuffer, Queue } from "@strongroom/opencl/objects"
import type { OnnxAttribute, OnnxData, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from "../onnx/model.js"

/** The weights of a model, which lie in the parts of the sealed model until they are wanted. */
export interface Weights {
  /** Names a weight. */
  keyOf(data: OnnxData): string
  /**
   * Fills buffers: each part that has some is read once, piece by piece.
   *
   * @param bufferOf called when a weight's first bytes are there
   * @param done called when its last are in its buffer
   */
  upload(
    queue: Queue,
    wanted: readonly OnnxData[],
    bufferOf: (data: OnnxData) => DeviceBuffer,
    done: (data: OnnxData) => void,
  ): Promise<void>
  /** A copy for the host. */
  bytes(data: OnnxData): Promise<Uint8Array>
}

/** Where a weight lies. */
interface Place {
  readonly part: Part
  readonly offset: number
  readonly byteLength: number
}

/** @param network whose tensors have bytes of their own, or are in the model's parts, that of its graph included */
export function modelWeights(model: OpenModel, network: OnnxModel, signal: AbortSignal): Weights {
  const parts = new Map(model.parts.map((part) => [part.name, part]))
  // All of them now: a weight that isn't where the model says is a broken model's, whatever is asked of it.
  const places = new Map<OnnxData, Place | Uint8Array>()
  const keys = new Map<OnnxData, string>()
  for (const { data } of tensorsOf(network)) {
    if ("strings" in data) continue
    places.set(data, "bytes" in data ? data.bytes : placeIn(parts, data))
    keys.set(data, `weight ${keys.size}`)
  }

  function placeOf(data: OnnxData): Place | Uint8Array {
    const place = places.get(data)
    if (place === undefined) throw new StrongroomError("backend-failed", "A tensor of text has no place on a device.")
    return place
  }

  return {
    keyOf: (data) => keys.get(data) as string,
    async upload(queue, wanted, bufferOf, done) {
      const byPart = new Map<Part, { readonly place: Place; readonly data: OnnxData }[]>()
      for (const data of wanted) {
        const place = placeOf(data)
        if (place instanceof Uint8Array) {
          bufferOf(data).writeSync(queue, place)
          done(data)
          continue
        }
        const list = byPart.get(place.part) ?? []
        list.push({ place, data })
        byPart.set(place.part, list)
      }
      for (const [part, list] of byPart) {
        let begin = 0
        for await (const chunk of part.chunks(signal)) {
          const end = begin + chunk.length
          for (const { place, data } of list) {
            const last = place.offset + place.byteLength
            if (place.offset >= end || last <= begin) continue
            writePiece(queue, bufferOf(data), place, chunk, begin)
            if (last <= end) done(data)
          }
          begin = end
        }
      }
    },
    async bytes(data) {
      const place = placeOf(data)
      if (place instanceof Uint8Array) return place
      const whole = await place.part.bytes(signal)
      try {
        return whole.bytes.slice(place.offset, place.offset + place.byteLength)
      } finally {
        whole.close()
      }
    },
  }
}

function placeIn(
  parts: ReadonlyMap<string, Part>,
  { location, offset, byteLength }: Extract<OnnxData, { readonly location: string }>,
): Place {
  const part = parts.get(location)
  if (part !== undefined && offset + byteLength <= part.byteLength) return { part, offset, byteLength }
  throw new StrongroomError("backend-failed", "The model's weights lie in a file that isn't there, or is too short.")
}

/** What of a piece of a part is a weight's. */
function writePiece(queue: Queue, buffer: DeviceBuffer, place: Place, chunk: Uint8Array, begin: number): void {
  const from = Math.max(begin, place.offset)
  const to = Math.min(begin + chunk.length, place.offset + place.byteLength)
  if (from < to) buffer.writeSync(queue, chunk.subarray(from - begin, to - begin), { offset: from - place.offset })
}

/** Every tensor that is written in a model: initialisers, and those in attributes. */
function* tensorsOf({ graph, functions }: OnnxModel): Iterable<OnnxTensor> {
  yield* tensorsOfGraph(graph)
  for (const { nodes, attributes } of functions.values()) {
    yield* tensorsOfAttributes(attributes)
    yield* tensorsOfNodes(nodes)
  }
}

function* tensorsOfGraph({ initializers, nodes }: OnnxGraph): Iterable<OnnxTensor> {
  yield* initializers.values()
  yield* tensorsOfNodes(nodes)
}

function* tensorsOfNodes(nodes: readonly OnnxNode[]): Iterable<OnnxTensor> {
  for (const { attributes } of nodes) yield* tensorsOfAttributes(attributes)
}

function* tensorsOfAttributes(attributes: ReadonlyMap<string, OnnxAttribute>): Iterable<OnnxTensor> {
  for (const attribute of attributes.values()) {
    if (attribute.kind === "tensor") yield attribute.value
    if (attribute.kind === "graph") yield* tensorsOfGraph(attribute.value)
    if (attribute.kind === "graphs") for (const one of attribute.value) yield* tensorsOfGraph(one)
  }
}
