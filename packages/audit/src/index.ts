/**
 * What programs write, what a cache of compiled programs gives away, and what was left behind.
 *
 * @module
 */
export { type AuditOptions, type AuditReport, audit } from "./audit.js"
export { type Format, formatOf } from "./content/format.js"
export type { AuditedFile } from "./files/audited-file.js"
export type { Content } from "./files/content.js"
export type { Change, Moment } from "./files/written-file.js"
export type { Similarity } from "./leak/compare.js"
export { type CacheFile, type LeakOptions, type LeakReport, leak } from "./leak/leak.js"
export { type Leak, points as leakPoints } from "./leak/score.js"
export { auditLimits } from "./limits.js"
export { type Findings, type ModelFile, ModelSearch, readModelFiles } from "./model/model-search.js"
export type { Planted } from "./model/plant.js"
export { searchProcess } from "./model/process-memory.js"
export type { ResidueKind } from "./sweep/places.js"
export { findResidue, type Residue, removeResidue, type SweepOptions } from "./sweep/sweep.js"
export { formatAudit } from "./text/audit-text.js"
export { formatLeak } from "./text/leak-text.js"
export { formatResidue } from "./text/sweep-text.js"
