import type { Declined, EngineSession, Host, LoadContext, OpenModel, Part } from "@strongroom/core/backend"
import type { Computation } from "../computation.js"
import { engineSession } from "../session.js"
import type { StartedEngines } from "../started-engines.js"
import { brokenSavedModel, type Description, readDescription } from "./description.js"
import { type OpenSavedModel, UnknownOperator, withoutTensorflow } from "./saved-models.js"

const graphName = "saved_model.pb"
const descriptionName = "strongroom-signature.json"

/**
 * Makes a session of a SavedModel, which TensorFlow reads from files alone: they are written to the host's private folder
 * first.
 */
export async function loadSavedModel(
  engines: StartedEngines,
  { directory }: Pick<Host, "directory">,
  model: OpenModel,
  { signal, progress }: LoadContext,
): Promise<EngineSession | Declined> {
  const runtime = await engines.forSavedModel()
  if (runtime?.savedModels === undefined) return { declined: `it is a SavedModel. ${withoutTensorflow}` }
  if (directory === undefined) return { declined: withoutDirectory }
  const description = await readDescription(partNamed(model, descriptionName), signal)
  const path = await writeFiles(model, signal, progress)
  try {
    const opened = await runtime.savedModels.open(path, description.tags)
    return engineSession(runtime, computation(opened, description), { tensors: {}, release() {} })
  } catch (error) {
    if (error instanceof UnknownOperator) return { declined: `it has no ${error.operator} on ${runtime.title}.` }
    throw error
  }
}

const withoutDirectory =
  "it is a SavedModel, which TensorFlow reads from files, and there is no private folder for them here: open it in a vault."

function partNamed({ parts }: OpenModel, wanted: string): Part {
  return parts.find(({ name }) => name === wanted) ?? brokenSavedModel()
}

/** Gives the path of the graph's file; all others lie beside and below it as they did. */
async function writeFiles(model: OpenModel, signal: AbortSignal, progress: LoadContext["progress"]): Promise<string> {
  const files = model.parts.filter(({ name }) => name !== descriptionName)
  const total = files.reduce((sum, { byteLength }) => sum + byteLength, 0)
  let done = 0
  for (const part of files) {
    await part.path(signal)
    done += part.byteLength
    progress(done, total)
  }
  return partNamed(model, graphName).path(signal)
}

function computation(opened: OpenSavedModel, { inputs: tensors, outputs: results }: Description): Computation {
  return {
    async execute(inputs, outputs) {
      const given = Object.entries(inputs).map(([key, tensor]) => [nameOf(tensors, key), tensor] as const)
      return opened.run(
        given,
        outputs.map((key) => nameOf(results, key)),
      )
    },
    dispose: () => opened.close(),
  }
}

/** The manifest's names are the signature's keys. */
function nameOf(names: ReadonlyMap<string, string>, key: string): string {
  return names.get(key) ?? brokenSavedModel()
}
