import { bytesSource, importSavedModel, type TensorSpec } from "@strongroom/core"
import type { Network, NetworkNode, Weight } from "../network.js"
import { checkpointFiles } from "./checkpoint.js"
import type { ModelWriter } from "./model-writer.js"
import { bytesField, concat, integerField, textField } from "./protobuf.js"
import { attribute, nodeDef, tensorflowTypes, tensorShape } from "./tensorflow-messages.js"
import { tensorflowOperators } from "./tensorflow-operators.js"
import { weightBytes } from "./weight-bytes.js"

/**
 * Writes SavedModels of TensorFlow, with weights as variables in a checkpoint. For engines that have TensorFlow itself:
 * it isn't among those that `testBackend` gives to every backend.
 */
export const savedModelWriter: ModelWriter = {
  kind: "saved-model",
  async write(network) {
    const { index, data } = checkpointFiles(
      network.weights.map((weight) => ({
        name: weight.name,
        dataType: tensorflowTypes.float32,
        shape: tensorShape(weight.tensor.shape),
        bytes: weightBytes(weight),
      })),
    )
    const files = { "saved_model.pb": savedModel(network), "variables/variables.index": index, [dataName]: data }
    return importSavedModel(Object.entries(files).map(([name, bytes]) => ({ name, source: bytesSource(bytes) })))
  },
}

const dataName = "variables/variables.data-00000-of-00001"

/** SavedModel: saved_model_schema_version = 1, meta_graphs = 2. */
function savedModel(network: Network): Uint8Array {
  // MetaGraphDef: meta_info_def = 1 (tags = 4), graph_def = 2, saver_def = 3, signature_def = 5.
  const graph = [
    bytesField(1, textField(4, "serve")),
    bytesField(2, graphDef(network)),
    ...(network.weights.length > 0 ? [bytesField(3, saverDef)] : []),
    bytesField(5, textField(1, "serving_default"), bytesField(2, signatureDef(network))),
  ]
  return concat(integerField(1, 1), bytesField(2, ...graph))
}

/** GraphDef: node = 1, versions = 4 (producer = 1). */
function graphDef({ inputs, weights, nodes }: Network): Uint8Array {
  // All networks compute in one type.
  const type = tensorflowTypes[inputs[0]?.type ?? "float32"]
  const all = [
    ...inputs.map(placeholder),
    ...weights.flatMap(variable),
    ...(weights.length > 0 ? restoring(weights) : []),
    ...nodes.map((node) => operation(node, type)),
  ]
  return concat(...all.map((node) => bytesField(1, node)), bytesField(4, integerField(1, producer)))
}

/** The version of graphs of TensorFlow 2.15. */
const producer = 1645

function placeholder({ name, type, shape }: TensorSpec): Uint8Array {
  const attributes = { dtype: attribute.type(tensorflowTypes[type]), shape: attribute.shape(shape) }
  return nodeDef(name, "Placeholder", [], attributes)
}

/** Its node of the weight's name reads it. */
function variable({ name, tensor }: Weight): Uint8Array[] {
  const dtype = attribute.type(tensorflowTypes.float32)
  const held = { dtype, shape: attribute.shape(tensor.shape), shared_name: attribute.text(name) }
  return [
    nodeDef(`${name}/handle`, "VarHandleOp", [], held),
    nodeDef(name, "ReadVariableOp", [`${name}/handle`], { dtype }),
  ]
}

/** What TensorFlow runs to fill variables, once: `restored`, with the checkpoint's path fed to `path`. */
function restoring(weights: readonly Weight[]): Uint8Array[] {
  const float = tensorflowTypes.float32
  const texts = (name: string, values: readonly string[]) =>
    nodeDef(name, "Const", [], { dtype: attribute.type(tensorflowTypes.string), value: attribute.texts(values) })
  const names = weights.map(({ name }) => name)
  return [
    nodeDef("path", "Placeholder", [], { dtype: attribute.type(tensorflowTypes.string), shape: attribute.shape([]) }),
    texts("names", names),
    texts(
      "slices",
      names.map(() => ""),
    ),
    nodeDef("read", "RestoreV2", ["path", "names", "slices"], { dtypes: attribute.types(names.map(() => float)) }),
    ...names.map((name, index) =>
      nodeDef(`${name}/assign`, "AssignVariableOp", [`${name}/handle`, `read:${index}`], {
        dtype: attribute.type(float),
      }),
    ),
    nodeDef(
      "restored",
      "NoOp",
      names.map((name) => `^${name}/assign`),
    ),
  ]
}

/** SaverDef: filename_tensor_name = 1, restore_op_name = 3, version = 7. */
const saverDef = concat(textField(1, "path:0"), textField(3, "restored"), integerField(7, 2))

function operation({ operator, inputs, output }: NetworkNode, type: number): Uint8Array {
  const attributes = operator === "not" ? {} : { T: attribute.type(type) }
  return nodeDef(output, tensorflowOperators[operator], inputs, attributes)
}

/** SignatureDef: inputs = 1, outputs = 2, maps of TensorInfo; method_name = 3. */
function signatureDef({ inputs, outputs }: Network): Uint8Array {
  return concat(
    ...inputs.map((spec) => bytesField(1, textField(1, spec.name), bytesField(2, tensorInfo(spec)))),
    ...outputs.map((spec) => bytesField(2, textField(1, spec.name), bytesField(2, tensorInfo(spec)))),
    textField(3, "tensorflow/serving/predict"),
  )
}

/** TensorInfo: name = 1, dtype = 2, tensor_shape = 3. */
function tensorInfo({ name, type, shape }: TensorSpec): Uint8Array {
  return concat(textField(1, `${name}:0`), integerField(2, tensorflowTypes[type]), bytesField(3, tensorShape(shape)))
}
