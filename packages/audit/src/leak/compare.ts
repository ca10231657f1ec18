/** What two caches have in common, each from 0 to 1. */
export interface Similarity {
  /** Of the reference's files, how many are here byte for byte. */
  readonly files: number
  /** Names of kernels: those in both, of those in either (Jaccard, 1901). */
  readonly kernels: number
  /** The same of kernels together with the length of their code. */
  readonly sizes: number
  /**
   * `same`: at least 8 in 10 of the reference's files are here, or 8 in 10 kernels agree in name and length, or where
   * neither has such lengths in name. `related`: some file is here, or at least 3 in 10 kernels agree in name: networks of
   * one framework share layers of one shape. `other`: fewer. `unknown`: one of the two has nothing to compare.
   */
  readonly verdict: "same" | "related" | "other" | "unknown"
}

export interface Comparable {
  /** SHA-256 of files that aren't empty. */
  readonly files: ReadonlySet<string>
  readonly kernels: ReadonlySet<string>
  readonly sizes: ReadonlySet<string>
}

const least = { same: 0.8, related: 0.3 }

export function compareCaches(cache: Comparable, reference: Comparable): Similarity {
  const equal = [...reference.files].filter((file) => cache.files.has(file)).length
  const files = reference.files.size === 0 ? 0 : equal / reference.files.size
  const kernels = jaccard(cache.kernels, reference.kernels)
  const sizes = jaccard(cache.sizes, reference.sizes)
  const hasSizes = cache.sizes.size > 0 && reference.sizes.size > 0
  return { files, kernels, sizes, verdict: verdictOf() }

  function verdictOf(): Similarity["verdict"] {
    if (files >= least.same || (hasSizes ? sizes : kernels) >= least.same) return "same"
    if (equal > 0) return "related"
    if (cache.kernels.size === 0 || reference.kernels.size === 0) return "unknown"
    return kernels >= least.related ? "related" : "other"
  }
}

function jaccard(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const both = [...one].filter((name) => other.has(name)).length
  const either = one.size + other.size - both
  return either === 0 ? 0 : both / either
}
