// How the engine on OpenCL reads ONNX and the testkit writes it, from their sources: no part of what they export.
export { newBudget, walk } from "../../../../packages/backend-opencl/src/onnx/message.js"
export type { OnnxModel, OnnxNode } from "../../../../packages/backend-opencl/src/onnx/model.js"
export { readOnnxModel } from "../../../../packages/backend-opencl/src/onnx/read-model.js"
export {
  graphProto,
  modelProto,
  nodeProto,
  tensorProto,
  valueInfoProto,
} from "../../../../packages/testkit/src/write/onnx-messages.js"
