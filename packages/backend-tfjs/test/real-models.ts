import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { GraphFiles } from "./graph-files.js"

/**
 * Trained graph models in npm packages: faces, hands, bodies and things of @vladmandic/human, in float16 and uint8, some of
 * them with control flow. (@vladmandic/face-api has weights only: its networks are written in JavaScript.)
 */
export const humanModels = [
  ...["antispoof", "blazeface", "centernet", "emotion", "facemesh", "faceres", "handlandmark-lite"],
  ...["handtrack", "iris", "liveness", "movenet-lightning"],
] as const

/** Nobody resolves its subpaths: they aren't in the package's exports. */
const human = packageFolder("@vladmandic/human")

export function humanModel(name: string): GraphFiles {
  const json = new Uint8Array(readFileSync(join(human, "models", `${name}.json`)))
  const paths = JSON.parse(new TextDecoder().decode(json)).weightsManifest.flatMap(
    (group: { paths: string[] }) => group.paths,
  )
  return {
    json,
    shards: new Map(paths.map((path: string) => [path, new Uint8Array(readFileSync(join(human, "models", path)))])),
  }
}

/** nsfwjs's, of which "mobilenet_v2_mid" is a graph model, and the others are layers models; all in uint8. */
export function nsfwModel(name: "mobilenet_v2" | "mobilenet_v2_mid" | "inception_v3"): GraphFiles {
  const require = createRequire(import.meta.url)
  const folder = join(packageFolder("nsfwjs"), "dist/models", name)
  const description = require(join(folder, "model.min.js"))
  const paths: string[] = description.weightsManifest.flatMap((group: { paths: string[] }) => group.paths)
  return {
    json: new TextEncoder().encode(JSON.stringify(description)),
    shards: new Map(
      paths.map((path) => {
        const shard: string = require(join(folder, `${path}.min.js`))
        return [path, new Uint8Array(Buffer.from(shard, "base64"))]
      }),
    ),
  }
}

function packageFolder(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const found = join(folder, "node_modules", name)
    try {
      readFileSync(join(found, "package.json"))
      return found
    } catch {
      if (folder === dirname(folder)) throw new Error(`${name} isn't installed.`)
      folder = dirname(folder)
    }
  }
}
