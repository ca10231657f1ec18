import { StrongroomError } from "../errors.js"
import type { Source } from "../source/source.js"

/** A JSON object whose members nobody has looked at yet. */
export type Members = { readonly [name: string]: unknown }

// JSON must be parsed whole; the largest that TF.js writes hold graphs of some ten MB.
const mostJson = 256 * 1024 * 1024

/** @throws StrongroomError `import-failed` always. */
export function notTfjs(problem: string): never {
  throw new StrongroomError("import-failed", `This isn't a TensorFlow.js model.json, or is a damaged one: ${problem}.`)
}

/** @throws StrongroomError `import-failed` for what isn't one JSON object in UTF-8 of at most 256 MiB. */
export async function readJson(source: Source, signal?: AbortSignal): Promise<Members> {
  const byteLength = await source.byteLength(signal)
  if (byteLength > mostJson) notTfjs(`it has ${byteLength} bytes, and at most ${mostJson} are read`)
  const bytes = new Uint8Array(byteLength)
  await source.read(0, bytes, signal)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
  } catch {
    // Without the cause: a parser's message quotes the text.
    notTfjs("it isn't JSON")
  }
  return membersOf(value) ?? notTfjs("it isn't a JSON object")
}

/** The value if it is an object. */
export function membersOf(value: unknown): Members | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : undefined
}

/** Its own member, never an inherited one. */
export function member(members: Members | undefined, name: string): unknown {
  return members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined
}

/** The value if it is a list; an empty one if it is absent. */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : notTfjs(`${what} isn't a list`)
}
