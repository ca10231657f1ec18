import { StrongroomError } from "../errors.js"
import type { Source } from "../source/source.js"
import { closeAll, type ImportedModel, imported } from "./imported.js"
import { checkPartNames } from "./part-names.js"
import { checkTensorSpecs } from "./tensor-specs.js"
import { readGraphSignature } from "./tfjs-graph.js"
import { type Members, member, membersOf, notTfjs, readJson } from "./tfjs-json.js"
import { readLayersSignature } from "./tfjs-layers.js"
import { checkGroup, readWeightsManifest, type WeightGroup } from "./tfjs-weights.js"

const graphName = "model.json"

/**
 * A TensorFlow.js model: model.json as it is, as part `model.json` with role `graph`, and every file of its
 * `weightsManifest`, with role `weights` and the path that it has there. Graph models become kind `tfjs-graph`, layers
 * models `tfjs-layers`. Element types are those that TF.js computes with: what TensorFlow had as DT_INT64 is `int32`.
 * Model.json may have 256 MiB, since JSON is parsed whole; weights are never read, only their lengths are checked.
 *
 * The sources are the caller's: `close()` of what is returned closes them all. When this rejects, those that `shard`
 * gave are closed and `modelJson` is not.
 *
 * @param shard Gives the file at a path of the `weightsManifest`, from the folder of model.json.
 * @throws StrongroomError `import-failed` for what isn't such a model, or says too little of its inputs and outputs;
 *   weight files that are missing, of another length than their weights, or not below the model's folder.
 */
export async function importTfjs(
  modelJson: Source,
  shard: (path: string) => Promise<Source>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ImportedModel> {
  const json = await readJson(modelJson, options.signal)
  const kind = kindOf(json) ?? notTfjs("it has no modelTopology of a graph or of layers")
  const { inputs, outputs } = kind === "tfjs-graph" ? readGraphSignature(json) : readLayersSignature(json)
  checkTensorSpecs(inputs, "inputs")
  checkTensorSpecs(outputs, "outputs")
  const groups = readWeightsManifest(member(json, "weightsManifest"))
  checkPartNames([graphName, ...groups.flatMap((group) => group.paths)], "files of this model")
  const weights = await openShards(groups, shard, options.signal)
  return imported({
    kind,
    inputs,
    outputs,
    parts: [
      { role: "graph", name: graphName, source: modelJson },
      ...weights.map(([name, source]) => ({ role: "weights" as const, name, source })),
    ],
  })
}

/**
 * True when the bytes are JSON that TF.js would take for a model. With `strict`, bytes that aren't JSON at all are
 * refused rather than something else.
 */
export async function isTfjs(source: Source, signal?: AbortSignal, strict = false): Promise<boolean> {
  try {
    return kindOf(await readJson(source, signal)) !== undefined
  } catch (error) {
    if (!strict && StrongroomError.is(error) && error.code === "import-failed") return false
    throw error
  }
}

/** What TF.js would take a JSON file for; `undefined` for any other JSON. */
function kindOf(json: Members): "tfjs-graph" | "tfjs-layers" | undefined {
  const format = member(json, "format")
  const topology = membersOf(member(json, "modelTopology"))
  if (topology === undefined) return undefined
  if (format === "graph-model") return "tfjs-graph"
  if (format === "layers-model") return "tfjs-layers"
  if (format !== undefined && format !== null) return undefined
  // Before TF.js 1.0 there was no `format`.
  if (Array.isArray(member(topology, "node"))) return "tfjs-graph"
  const layers = member(topology, "model_config") ?? member(topology, "class_name")
  return layers === undefined ? undefined : "tfjs-layers"
}

async function openShards(
  groups: readonly WeightGroup[],
  shard: (path: string) => Promise<Source>,
  signal: AbortSignal | undefined,
): Promise<(readonly [path: string, source: Source])[]> {
  const opened: (readonly [string, Source])[] = []
  const count = groups.reduce((sum, group) => sum + group.paths.length, 0)
  let missing = 0
  try {
    for (const group of groups) {
      let found = 0
      for (const path of group.paths) {
        try {
          const source = await shard(path)
          opened.push([path, source])
          found += await source.byteLength(signal)
        } catch (error) {
          if (!StrongroomError.is(error) || error.code !== "source-missing") throw error
          missing++
        }
      }
      if (missing === 0) checkGroup(group, found)
    }
    if (missing > 0) {
      throw new StrongroomError(
        "import-failed",
        `This TensorFlow.js model keeps its weights in ${count} files, and ${missing} of them are missing. ` +
          "Put them in the folder of model.json, under their own names.",
      )
    }
    return opened
  } catch (error) {
    await closeAll(opened.map(([, source]) => source))
    throw error
  }
}
