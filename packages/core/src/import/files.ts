import type { ModelKind } from "../backend.js"
import { StrongroomError } from "../errors.js"
import type { Source } from "../source/source.js"
import type { TensorSpec } from "../tensor.js"
import { type ImportedModel, imported } from "./imported.js"
import { checkPartNames } from "./part-names.js"
import { checkTensorSpecs } from "./tensor-specs.js"

/**
 * Any files as they are: parts with role `file`, in the order given. Nothing is read.
 *
 * @param kind What a backend will take them for. Default: `"file"`.
 * @param tensors What the model takes and gives, where that is known. Default: nothing.
 * @throws StrongroomError `import-failed` for no files at all, and names that a sealed model can't hold.
 */
export function importFiles(
  files: readonly { readonly name: string; readonly source: Source }[],
  kind: ModelKind = "file",
  tensors: { readonly inputs?: readonly TensorSpec[]; readonly outputs?: readonly TensorSpec[] } = {},
): ImportedModel {
  if (files.length === 0) throw new StrongroomError("import-failed", "There are no files to seal.")
  const names = files.map((file) => file.name)
  checkPartNames(names, "files")
  const { inputs = [], outputs = [] } = tensors
  checkTensorSpecs(inputs, "inputs")
  checkTensorSpecs(outputs, "outputs")
  const parts = files.map(({ name, source }) => ({ role: "file" as const, name, source }))
  return imported({ kind, inputs, outputs, parts })
}
