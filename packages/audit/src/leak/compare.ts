/** What two caches have in common, each from 0 to 1. */
export interface Similarity {
  /** Of the reference's files, how many are here byte for byte. */
  readonly files: number
  /** Names of kernels: those in both, of those in either (Jaccard, 1901). */
  readonly kernels: number
  /** The same of kernels together with the length of their code. */
  readonly sizes: number
  /**
   * `same`: at least 8 in 10 of the reference's files are here, or 8 in 10 kernels agree in name and length, or in name
   * while half of the files are here. Names alone are a framework's, and at most `related`, which is also said where some
   * file is here, or at least 3 in 10 kernels agree in name: networks of one framework share layers of one shape. `other`:
   * fewer. `unknown`: one of the two has nothing to compare.
   */
  readonly verdict: "same" | "related" | "other" | "unknown"
}

export interface Comparable {
  /** SHA-256 of files that aren't empty. */
  readonly files: ReadonlySet<string>
  readonly kernels: ReadonlySet<string>
  readonly sizes: ReadonlySet<string>
}

const least = { same: 0.8, filesBesideNames: 0.5, related: 0.3 }

/** The verdict on two caches that have something to compare. */
export function verdictOf({ files, kernels, sizes }: Omit<Similarity, "verdict">): "same" | "related" | "other" {
  if (files >= least.same || sizes >= least.same) return "same"
  if (kernels >= least.same && files >= least.filesBesideNames) return "same"
  return files > 0 || kernels >= least.related ? "related" : "other"
}

export function compareCaches(cache: Comparable, reference: Comparable): Similarity {
  const equal = [...reference.files].filter((file) => cache.files.has(file)).length
  const files = reference.files.size === 0 ? 0 : equal / reference.files.size
  const kernels = jaccard(cache.kernels, reference.kernels)
  const sizes = jaccard(cache.sizes, reference.sizes)
  const isComparable = equal > 0 || (cache.kernels.size > 0 && reference.kernels.size > 0)
  const shares = { files, kernels, sizes }
  return { ...shares, verdict: isComparable ? verdictOf(shares) : "unknown" }
}

function jaccard(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const both = [...one].filter((name) => other.has(name)).length
  const either = one.size + other.size - both
  return either === 0 ? 0 : both / either
}
