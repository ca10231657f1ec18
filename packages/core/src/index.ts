/**
 * Strongroom's core: sealed models, grants, trust, sources, tensors and the shapes that everything else speaks. No
 * native code and nothing of Node: it runs in a page too. Files and node:crypto are in `@strongroom/core/node`.
 *
 * @module
 */

// Sealing, granting, opening, verifying

export { type Keys, type OpenOptions, openSealedModel, type SealedModel } from "./format/open.js"
export type { SealedPart } from "./format/part.js"
export type { OnProgress, ReadOptions } from "./format/payload.js"
export { type Sealed, type SealOptions, sealModel } from "./format/seal.js"
export { type Verified, type VerifyOptions, verifySealedModel } from "./format/verify.js"
export { createGrant, type GrantOptions } from "./grant/create.js"

// What the files say

export { readHeader } from "./format/front.js"
export type { Header } from "./format/header.js"
export { type Manifest, modelKinds, type PartEntry } from "./format/manifest.js"
export { checkPolicy, type Place, type Policy } from "./format/policy.js"
export { type Grant, readGrant } from "./grant/grant.js"
export type { Terms } from "./grant/terms.js"

// Keys and trust

export type { AesGcm, AgeFile, Cryptography, OpenSegments, SegmentRun, SegmentsOutcome } from "./crypto/cryptography.js"
export { portableCryptography } from "./crypto/portable.js"
export { generateIdentity, type Identity, type OneIdentity, type Recipient, recipientOf } from "./grant/age.js"
export { lockIdentity, unlockIdentity } from "./grant/locked-identity.js"
export type { AgeStanza, IdentityKey, RecipientKey, WebCryptoKey } from "./identity.js"
export { createKeyring, type Keyring, type KeyringOptions, readKeyring } from "./trust/keyring.js"
export { generatePublisherKeys, type PublisherKeys, publicKeyOf, publisherId } from "./trust/keys.js"
export type { Trust } from "./trust/trust.js"

// Bytes in and out

export type { ModelToSeal, PartToSeal } from "./format/model-to-seal.js"
export { importFiles } from "./import/files.js"
export type { ImportedModel } from "./import/imported.js"
export { importOnnx } from "./import/onnx.js"
export { importOpencl } from "./import/opencl.js"
export { type ImportSavedModelOptions, importSavedModel, type SavedModelChoice } from "./import/saved-model.js"
export { importTfjs } from "./import/tfjs.js"
export { blobSource } from "./source/blob.js"
export { bytesSource } from "./source/bytes.js"
export { type HttpSourceOptions, httpSource } from "./source/http.js"
export { memorySink } from "./source/memory-sink.js"
export type { Sink } from "./source/sink.js"
export type { Source } from "./source/source.js"
export { type StreamSourceOptions, streamSource } from "./source/stream.js"

// Running models

export type { ArtifactKeys } from "./artifact-store/artifact-keys.js"
export { type ArtifactEntry, type ArtifactStore, noStore } from "./artifact-store/artifact-store.js"
export type { Compression } from "./artifact-store/compression.js"
export { type MemoryStore, memoryStore } from "./artifact-store/memory-store.js"
export type { BundledBackend, ModelKind, PartRole } from "./backend.js"
export { type CachePolicy, cachePolicies } from "./cache-policy.js"
export { type ErrorCode, errorCodes, StrongroomError } from "./errors.js"
export { type InProcessOptions, type InProcessSession, openInProcess } from "./open-in-process.js"
export { type GuaranteeDefinition, type GuaranteeId, guaranteeCatalogue } from "./report/catalogue.js"
export type { Guarantee, GuaranteeState, Report } from "./report/guarantee.js"
export { pageLimits, reportLimits } from "./report/limits.js"
export { formatReport } from "./report/text.js"
export type { Kept, RunOptions, Session } from "./session.js"
export { type ElementType, type Tensor, type TensorData, type TensorSpec, tensor } from "./tensor.js"
