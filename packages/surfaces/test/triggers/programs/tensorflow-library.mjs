// TensorFlow by its C API, as much of it as one run of one frozen graph takes.
import koffi from "koffi"

/** TF_FLOAT in tf_datatype.h */
const float32 = 1

/** Runs a serialised GraphDef that makes `y` of `x`, both floats. Gives the output's bytes. */
export function run(library, model, { shape, elements }) {
  const tensorflow = koffi.load(library)
  const ends = koffi.pointer(koffi.struct({ operation: "void *", index: "int" }))
  const session = [...["void *", "void *", ends, "void **", "int"], ...[ends, "_Out_ void **", "int"]]
  const functions = {
    TF_NewStatus: ["void *"],
    TF_GetCode: ["int", "void *"],
    TF_Message: ["str", "void *"],
    TF_NewGraph: ["void *"],
    TF_NewBufferFromString: ["void *", "void *", "size_t"],
    TF_NewImportGraphDefOptions: ["void *"],
    TF_GraphImportGraphDef: ["void", "void *", "void *", "void *", "void *"],
    TF_GraphOperationByName: ["void *", "void *", "str"],
    TF_NewSessionOptions: ["void *"],
    TF_NewSession: ["void *", "void *", "void *", "void *"],
    TF_AllocateTensor: ["void *", "int", "void *", "int", "size_t"],
    TF_TensorData: ["void *", "void *"],
    TF_TensorByteSize: ["size_t", "void *"],
    TF_SessionRun: ["void", ...session, "void *", "int", "void *", "void *"],
  }
  const call = (name, ...values) => {
    const [result, ...parameters] = functions[name]
    return tensorflow.func(name, result, parameters)(...values)
  }
  const status = call("TF_NewStatus")
  /** The status is the last argument. */
  const check = (name, ...values) => {
    const result = call(name, ...values, status)
    if (call("TF_GetCode", status) !== 0) throw new Error(call("TF_Message", status))
    return result
  }

  const graph = call("TF_NewGraph")
  const serialised = call("TF_NewBufferFromString", model, model.length)
  check("TF_GraphImportGraphDef", graph, serialised, call("TF_NewImportGraphDefOptions"))
  const opened = check("TF_NewSession", graph, call("TF_NewSessionOptions"))
  const dims = BigInt64Array.from(shape, BigInt)
  const given = call("TF_AllocateTensor", float32, dims, dims.length, elements.byteLength)
  new Float32Array(koffi.view(call("TF_TensorData", given), elements.byteLength)).set(elements)
  const end = (name) => [{ operation: call("TF_GraphOperationByName", graph, name), index: 0 }]
  const results = [null]
  check("TF_SessionRun", opened, null, end("x"), [given], 1, end("y"), results, 1, null, 0, null)
  const byteLength = Number(call("TF_TensorByteSize", results[0]))
  return Buffer.from(koffi.view(call("TF_TensorData", results[0]), byteLength)).slice()
}
