/** Why an entry of a store wasn't used. It was deleted, and the artifact compiled again. */
export type IgnoredReason =
  /** It is no entry, or isn't as long as one can be. */
  | "format"
  /** It is an entry of a later version, or compressed in a way that this host can't undo. */
  | "version"
  /** It is damaged, or was sealed for another model, engine, device, driver or recipient, or by somebody else. */
  | "authenticity"

/** What became of artifacts: evidence for the guarantee `cache.policy`. */
export interface ArtifactCounts {
  readonly hits: number
  readonly misses: number
  /** Given to the store. */
  readonly written: number
  /** In bytes as the store has them. */
  readonly bytesRead: number
  readonly bytesWritten: number
  readonly ignored: { readonly [Reason in IgnoredReason]: number }
  /** Times that the store, or memory, failed, so that an artifact wasn't found or wasn't kept. */
  readonly failures: number
}

export const noCounts: ArtifactCounts = {
  hits: 0,
  misses: 0,
  written: 0,
  bytesRead: 0,
  bytesWritten: 0,
  ignored: { format: 0, version: 0, authenticity: 0 },
  failures: 0,
}

/** The sum of two. */
export function addCounts(a: ArtifactCounts, b: ArtifactCounts): ArtifactCounts {
  return {
    hits: a.hits + b.hits,
    misses: a.misses + b.misses,
    written: a.written + b.written,
    bytesRead: a.bytesRead + b.bytesRead,
    bytesWritten: a.bytesWritten + b.bytesWritten,
    ignored: {
      format: a.ignored.format + b.ignored.format,
      version: a.ignored.version + b.ignored.version,
      authenticity: a.ignored.authenticity + b.ignored.authenticity,
    },
    failures: a.failures + b.failures,
  }
}
