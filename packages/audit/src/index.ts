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
export { auditLimits } from "./limits.js"
export { type Findings, type ModelFile, ModelSearch, readModelFiles } from "./model/model-search.js"
export type { Planted } from "./model/plant.js"
export { searchProcess } from "./model/process-memory.js"
