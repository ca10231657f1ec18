import type { OpenModel, Part } from "@strongroom/core/backend"
import { StrongroomError } from "@strongroom/core/backend"
import type { CommandEvent, DeviceBuffer, Queue } from "@strongroom/opencl/objects"
import type { OnnxAttribute, OnnxData, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from "../onnx/model.js"

/** The weights of a model, which lie in the parts of the sealed model until they are wanted. */
export interface Weights {
  /** Names a weight: by its place, where it has one, which is the same however the model was planned. */
  keyOf(data: OnnxData): string
  /**
   * Fills buffers: each part that has some is read once, piece by piece.
   *
   * @param bufferOf called when a weight's first bytes are there
   * @param done called when its last are in its buffer, for other queues, too
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

/**
 * A weight that isn't where the model says is a broken model's, whatever is asked of it.
 *
 * @throws StrongroomError `backend-failed`
 */
export function checkWeights({ parts }: OpenModel, network: OnnxModel): void {
  const byName = partsByName(parts)
  for (const { data } of tensorsOf(network)) if ("location" in data) placeIn(byName, data)
}

/** Weights have bytes of their own, or are in the model's parts, that of its graph included. */
export function modelWeights(model: OpenModel, signal: AbortSignal): Weights {
  const parts = partsByName(model.parts)
  /** Of those that have bytes of their own. */
  const keys = new Map<OnnxData, string>()

  function placeOf(data: OnnxData): Place | Uint8Array {
    if ("bytes" in data) return data.bytes
    if ("location" in data) return placeIn(parts, data)
    throw new StrongroomError("backend-failed", "A tensor of text has no place on a device.")
  }

  return {
    keyOf(data) {
      if ("location" in data) return JSON.stringify([data.location, data.offset, data.byteLength])
      const key = keys.get(data) ?? `weight ${keys.size}`
      keys.set(data, key)
      return key
    },
    async upload(queue, wanted, bufferOf, done) {
      const writing = pendingWrites(queue, done)
      const byPart = new Map<Part, { readonly place: Place; readonly data: OnnxData }[]>()
      try {
        for (const data of wanted) {
          const place = placeOf(data)
          if (place instanceof Uint8Array) {
            writing.add(data, bufferOf(data), 0, place, true)
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
              const from = Math.max(begin, place.offset)
              const piece = chunk.subarray(from - begin, Math.min(end, last) - begin)
              writing.add(data, bufferOf(data), from - place.offset, piece, last <= end)
            }
            // The next piece may lie where this one does.
            writing.settle()
            begin = end
          }
        }
        writing.settle()
      } finally {
        // Also where something has failed: what is written from is only lent.
        queue.finishSync()
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

const partsByName = (parts: OpenModel["parts"]) => new Map(parts.map((part) => [part.name, part]))

function placeIn(
  parts: ReadonlyMap<string, Part>,
  { location, offset, byteLength }: Extract<OnnxData, { readonly location: string }>,
): Place {
  const part = parts.get(location)
  if (part !== undefined && offset + byteLength <= part.byteLength) return { part, offset, byteLength }
  throw new StrongroomError("backend-failed", "The model's weights lie in a file that isn't there, or is too short.")
}

/** Bytes that are written before they are waited for: small enough to be packed, and let go, soon. */
const mostPending = 2 ** 16

/** Writes that are waited for together: most weights are small, and waiting takes a driver longer than writing them. */
function pendingWrites(queue: Queue, done: (data: OnnxData) => void) {
  let events: CommandEvent[] = []
  let ended: OnnxData[] = []
  let byteLength = 0

  function settle(): void {
    queue.finishSync()
    for (const event of events) event.release()
    const complete = ended
    events = []
    ended = []
    byteLength = 0
    for (const data of complete) done(data)
  }

  return {
    add(data: OnnxData, buffer: DeviceBuffer, offset: number, piece: Uint8Array, isLast: boolean): void {
      if (piece.length > 0) events.push(buffer.enqueueWrite(queue, piece, { offset }))
      if (isLast) ended.push(data)
      byteLength += piece.length
      if (byteLength >= mostPending) settle()
    },
    settle,
  }
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
