import { join } from "node:path"
import { StrongroomError, type Tensor } from "@strongroom/core"
import { toRaw } from "@strongroom/core/host"
import { makeFolder } from "@strongroom/core/node"
import { formatNpy } from "./npy.js"
import { type NewFile, writeFiles } from "./write-files.js"

/**
 * Writes every output to a file of `directory`, which is made if need be; all or none. Returns the paths by the outputs'
 * names.
 *
 * @throws StrongroomError `sink-failed`.
 */
export async function writeOutputs(
  outputs: { readonly [name: string]: Tensor },
  directory: string,
  force: boolean,
): Promise<ReadonlyMap<string, string>> {
  try {
    await makeFolder(directory)
  } catch (error) {
    throw new StrongroomError("sink-failed", `The folder ${directory} can't be made. Name another.`, { cause: error })
  }
  const files = new Map<string, NewFile>()
  const taken = new Set<string>()
  for (const [name, tensor] of Object.entries(outputs)) {
    const { suffix, content } = encode(tensor)
    const file = `${freeName(name, taken)}${suffix}`
    files.set(name, { path: join(directory, file), content })
  }
  await writeFiles([...files.values()], force)
  return new Map([...files].map(([name, { path }]) => [name, path]))
}

/** .npy for what NumPy has; text as JSON; bfloat16 and 4-bit elements as their bare bytes. */
function encode(tensor: Tensor): { readonly suffix: string; readonly content: string | Uint8Array } {
  if (tensor.type === "string") return { suffix: ".json", content: `${JSON.stringify(tensor.data)}\n` }
  const raw = toRaw(tensor)
  if (raw.type === "string") throw new TypeError("A tensor of numbers has no text.")
  const npy = formatNpy(raw)
  return npy === undefined ? { suffix: ".bin", content: raw.data } : { suffix: ".npy", content: npy }
}

/** A tensor's name may be any text; a file's may not. Names that come out alike are numbered. */
function freeName(name: string, taken: Set<string>): string {
  const safe =
    name
      .replace(/[^\p{L}\p{N}._-]/gu, "_")
      .replace(/^\.+/, "_")
      .slice(0, 100) || "output"
  let free = safe
  // File systems may take upper and lower case for the same.
  for (let number = 2; taken.has(free.toLowerCase()); number += 1) free = `${safe}-${number}`
  taken.add(free.toLowerCase())
  return free
}
