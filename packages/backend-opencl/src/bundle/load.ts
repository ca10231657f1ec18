import type { Declined, EngineSession, LoadContext, OpenModel, Part } from "@strongroom/core/backend"
import type { Device, DeviceBuffer, Program } from "@strongroom/opencl/objects"
import { allocate } from "../allocate.js"
import { withCode } from "../failure.js"
import type { Place } from "../place.js"
import { type ProgramStore, programStore } from "../programs/program-store.js"
import { broken } from "./broken.js"
import {
  type BufferDescription,
  type Description,
  isDescription,
  type ProgramDescription,
  parseDescription,
} from "./description.js"
import { checkKernels } from "./kernels.js"
import { bundleSession } from "./session.js"

/** A bundle on the device: what its runs share. */
export interface LoadedBundle {
  readonly description: Description
  readonly programs: ReadonlyMap<string, Program>
  /** The buffers whose bytes are parts, already there. */
  readonly constants: ReadonlyMap<string, DeviceBuffer>
  readonly store: ProgramStore
}

/** Builds a bundle's programs and fills its buffers. */
export async function loadBundle(
  place: Place,
  model: OpenModel,
  context: LoadContext,
): Promise<EngineSession | Declined> {
  const graphs = model.parts.filter(({ role }) => role === "graph")
  const [graph] = graphs
  if (graph === undefined || graphs.length > 1) {
    return { declined: "it has no description of an OpenCL bundle: import its JSON file, not the folder." }
  }
  const reader = partReader(model.parts, context)
  const text = await reader.text(graph)
  if (!isDescription(text)) return { declined: "its graph isn't the description of an OpenCL bundle." }
  const description = parseDescription(text, model.inputs, model.outputs)
  const device = place.context.devices[0] as Device
  const lacking = description.extensions.find((name) => !device.extensions.has(name))
  if (lacking !== undefined) return { declined: `the device has no ${lacking}.` }
  const store = programStore(place.context, place.host, context.artifacts)
  const programs = new Map<string, Program>()
  const constants = new Map<string, DeviceBuffer>()
  try {
    for (const [name, program] of description.programs) {
      const source = () => sourceOf(program, reader)
      // Without it, drivers needn't tell what kernels take: numbers would pass for memory.
      const options = `${program.options} -cl-kernel-arg-info`.trimStart()
      programs.set(name, await store.program(`program ${name}`, source, options))
      context.signal.throwIfAborted()
    }
    checkKernels(programs, description.launches)
    for (const [name, buffer] of description.buffers) {
      if ("file" in buffer) constants.set(name, await constant(place, reader, buffer))
    }
  } catch (error) {
    for (const made of [...programs.values(), ...constants.values()]) made.release()
    throw withCode(error)
  }
  reader.finish()
  return bundleSession(place, model, { description, programs, constants, store })
}

async function sourceOf({ sources }: ProgramDescription, reader: PartReader): Promise<string> {
  const texts: string[] = []
  for (const name of sources) texts.push(await reader.text(reader.named(name)))
  return texts.join("\n")
}

/** Piece by piece, so that no more of it is in the host's memory than a few of its segments. */
async function constant(
  { context, queue }: Place,
  reader: PartReader,
  { file, expected }: Extract<BufferDescription, { file: string }>,
): Promise<DeviceBuffer> {
  const part = reader.named(file)
  if (expected !== undefined && part.byteLength !== expected) {
    throw broken("buffers", `a file has ${part.byteLength} bytes, and ${expected} are said`)
  }
  if (part.byteLength === 0) throw broken("buffers", "a file is empty")
  const buffer = allocate(context, part.byteLength, { access: "read-only" })
  try {
    let offset = 0
    for await (const chunk of reader.chunks(part)) {
      buffer.writeSync(queue, chunk, { offset })
      offset += chunk.length
    }
    return buffer
  } catch (error) {
    buffer.release()
    throw withCode(error, part.byteLength)
  }
}

interface PartReader {
  /** @throws StrongroomError `backend-failed` */
  named(name: string): Part
  text(part: Part): Promise<string>
  /** Tells that nothing more is wanted: sources of programs that were kept aren't read. */
  finish(): void
  chunks(part: Part): AsyncIterable<Uint8Array>
}

function partReader(parts: readonly Part[], { signal, progress }: LoadContext): PartReader {
  const byName = new Map(parts.map((part) => [part.name, part]))
  const total = parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
  let done = 0
  const read = (byteLength: number) => {
    done += byteLength
    progress(Math.min(done, total), total)
  }
  return {
    named(name) {
      const part = byName.get(name)
      if (part === undefined) throw broken("sources or buffers", "it names a file that isn't in the bundle")
      return part
    },
    async text(part) {
      const plaintext = await part.bytes(signal)
      try {
        read(part.byteLength)
        return new TextDecoder("utf-8", { fatal: true }).decode(plaintext.bytes)
      } catch {
        throw broken("sources", "a text isn't UTF-8")
      } finally {
        plaintext.close()
      }
    },
    finish() {
      progress(total, total)
    },
    async *chunks(part) {
      for await (const chunk of part.chunks(signal)) {
        yield chunk
        read(chunk.length)
      }
    },
  }
}
