/**
 * The conformance suite that every backend of Strongroom runs.
 *
 * @module
 */

export type { BareCall, BareEngine, BareOutputs } from "./bare-engine.js"
export type { Bench } from "./bench.js"
export type { ConformanceCase } from "./cases/conformance-case.js"
export { conformanceCases } from "./cases/index.js"
export { type CompilingOptions, compiling } from "./compiling/index.js"
export { createPublisher } from "./create-publisher.js"
export { memoryPart } from "./memory-part.js"
export type { Network, NetworkNode, Operator, Weight } from "./network.js"
export { openSuite } from "./open-suite.js"
export type { Publisher, ShippedModel } from "./publisher.js"
export { reference } from "./reference/index.js"
export { residentBytes } from "./resident-bytes.js"
export { type SinkOptions, sink } from "./sink.js"
export type { Suite } from "./suite.js"
export {
  type Runner,
  type TestBackendOptions,
  type TestBody,
  type TestSuiteOptions,
  testBackend,
  testSuite,
} from "./test-backend.js"
export type { OpenedVault, OpenVault } from "./vault-place.js"
export { type ModelWriter, NotExpressible } from "./write/model-writer.js"
export { onnxWriter } from "./write/onnx.js"
export { type Program, programWriter } from "./write/program.js"
export { savedModelWriter } from "./write/saved-model.js"
export { tfjsWriter } from "./write/tfjs.js"
