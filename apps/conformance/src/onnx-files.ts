// The reader that the engine on OpenCL uses, from its source: it is no part of what that package exports.
import { newBudget } from "../../../packages/backend-opencl/src/onnx/message.js"
import type { OnnxTensor } from "../../../packages/backend-opencl/src/onnx/model.js"
import { readTensor } from "../../../packages/backend-opencl/src/onnx/read-tensor.js"

export type { OnnxModel, OnnxTensor, OnnxValue } from "../../../packages/backend-opencl/src/onnx/model.js"
export { readOnnxModel } from "../../../packages/backend-opencl/src/onnx/read-model.js"

/** A file that holds one TensorProto. */
export const readTensorFile = (bytes: Uint8Array): OnnxTensor => readTensor(bytes, newBudget()).tensor
