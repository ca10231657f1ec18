/**
 * For those who host backends: the vault, and test suites. Everything here works on {@link RawTensor}: bytes, not
 * typed arrays.
 *
 * @module
 */
export { artifactsFor, type HostedArtifacts, noArtifacts } from "../artifact-store/artifacts-for.js"
export type { ArtifactShelf } from "../artifact-store/shelves.js"
export { type ArtifactCounts, addCounts, noCounts } from "../artifact-store/tally.js"
export { elementAlignment, elementCount, elementTypes, tensorByteLength } from "../element-type.js"
export { artifactEvidence } from "../report/in-process.js"
export { lengthWithin } from "../source/length-within.js"
export type { RunInputs } from "./check-inputs.js"
export type { HostedRunOptions, HostedSession, RunOutputs } from "./hosted-session.js"
export type { KeptReference } from "./kept.js"
export { checkBackend, type HostOptions, type LoadedEngine, loadEngine } from "./load-engine.js"
export { type LoadSessionOptions, loadSession } from "./load-session.js"
export type { ModelToHost, PartToHost } from "./model-to-host.js"
export { lendModel, type ModelLease } from "./open-model.js"
export { heapPlaintext } from "./plaintext.js"
export { type PartFolder, type PrivateDirectory, privateDirectory } from "./private-directory.js"
export { toRaw, toTensor } from "./raw-tensor.js"
