// OpenVINO by its C library, as much of it as one run of one model on the CPU takes.
import koffi from "koffi"

/** ov_element_type_e in ov_common.h */
const float32 = 4

/** Runs an ONNX model of one input of floats. Gives the output's bytes. `properties` are those of the compilation. */
export function run(library, model, { shape: sizes, elements }, properties) {
  const openvino = koffi.load(library)
  const property = koffi.struct({ key: "str", value: "void *" })
  const shape = koffi.struct({ rank: "int64_t", dims: "void *" })
  const functions = {
    ov_core_create: ["_Out_ void **"],
    ov_core_read_model_from_memory_buffer: ["void *", "void *", "size_t", "void *", "_Out_ void **"],
    ov_core_compile_model_props: ["void *", "void *", "str", "size_t", koffi.pointer(property), "_Out_ void **"],
    ov_compiled_model_create_infer_request: ["void *", "_Out_ void **"],
    ov_tensor_create_from_host_ptr: ["int", shape, "void *", "_Out_ void **"],
    ov_infer_request_set_input_tensor: ["void *", "void *"],
    ov_infer_request_infer: ["void *"],
    ov_infer_request_get_output_tensor_by_index: ["void *", "size_t", "_Out_ void **"],
    ov_tensor_data: ["void *", "_Out_ void **"],
    ov_tensor_get_byte_size: ["void *", "_Out_ size_t *"],
  }
  const call = (name, ...values) => {
    const status = openvino.func(name, "int", functions[name])(...values)
    if (status !== 0) throw new Error(`${name}: ${openvino.func("ov_get_last_err_msg", "str", [])()}`)
  }
  const give = (name, ...values) => {
    const result = [null]
    call(name, ...values, result)
    return result[0]
  }

  const core = give("ov_core_create")
  const read = give("ov_core_read_model_from_memory_buffer", core, model, model.length, null)
  const given = Object.entries(properties).map(([key, value]) => ({ key, value: Buffer.from(`${value}\0`) }))
  const compiled = give("ov_core_compile_model_props", core, read, "CPU", given.length, given)
  const request = give("ov_compiled_model_create_infer_request", compiled)
  const dims = BigInt64Array.from(sizes, BigInt)
  const input = give("ov_tensor_create_from_host_ptr", float32, { rank: dims.length, dims }, elements)
  call("ov_infer_request_set_input_tensor", request, input)
  call("ov_infer_request_infer", request)
  const output = give("ov_infer_request_get_output_tensor_by_index", request, 0)
  return Buffer.from(
    koffi.view(give("ov_tensor_data", output), Number(give("ov_tensor_get_byte_size", output))),
  ).slice()
}
