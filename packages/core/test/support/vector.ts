import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** One scenario of vectors/: what a reader is given, and what it must find. vectors/README.md gives the format. */
export interface Vector {
  /** `folder/name`. */
  readonly path: string
  readonly body: Uint8Array
  /** The header's lines: all values of a name, in order. */
  all(name: string): readonly string[]
  /** The only value of a name. */
  one(name: string): string | undefined
}

export const vectorsFolder = fileURLToPath(new URL("../../../../vectors/", import.meta.url))

const known = new Set(
  "comment operation expect trust keyring least-keyring-version grant identity passphrase now vault cache backend guarantees manifest part".split(
    " ",
  ),
)

/** What an entry of a store is made of. */
const ofArtifacts = new Set(
  "content-key recipient-secret model publisher segment-size salt commitment engine version device driver form key name artifact".split(
    " ",
  ),
)

export function readVectors(): readonly Vector[] {
  const paths = readdirSync(vectorsFolder, { recursive: true, encoding: "utf8" })
  return paths
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".vector"))
    .sort()
    .map((path) => parse(path, readFileSync(vectorsFolder + path)))
}

function parse(path: string, bytes: Buffer): Vector {
  const end = bytes.indexOf("\n\n")
  const values = new Map<string, string[]>()
  for (const line of bytes.subarray(0, end).toString("utf8").split("\n")) {
    const colon = line.indexOf(": ")
    const name = line.slice(0, colon)
    if (!known.has(name) && !ofArtifacts.has(name)) throw new Error(`${path}: unknown line "${name}"`)
    values.set(name, [...(values.get(name) ?? []), line.slice(colon + 2)])
  }
  const all = (name: string) => values.get(name) ?? []
  return {
    path: path.slice(0, -".vector".length),
    body: Uint8Array.from(bytes.subarray(end + 2)),
    all,
    one(name) {
      if (all(name).length > 1) throw new Error(`${path}: more than one "${name}"`)
      return all(name)[0]
    },
  }
}
