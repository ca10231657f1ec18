import type { CachePolicy } from "../cache-policy.js"
import { StrongroomError } from "../errors.js"
import { guaranteeCatalogue } from "../report/catalogue.js"

/** What a publisher demands of the place where a model is opened. What is left out is free. */
export interface Policy {
  /** Open only in a vault. */
  readonly vault?: boolean
  /** Cache policies allowed. */
  readonly cache?: readonly CachePolicy[]
  /** Ids of guarantees that must be `enforced` or `observed`. */
  readonly guarantees?: readonly string[]
  /** Names of backends allowed. */
  readonly backends?: readonly string[]
}

/** Where a model is opened. What is left out isn't there: a policy that demands it refuses. */
export interface Place {
  readonly vault: boolean
  readonly cachePolicy?: CachePolicy
  /** The backend's name. */
  readonly backend?: string
  /** Ids of the guarantees that are `enforced` or `observed` here. Default: none. */
  readonly guarantees?: readonly string[]
}

/**
 * Compares a publisher's policy with the place. It binds applications, not cryptography: a modified reader ignores it.
 *
 * The policy is of the encrypted manifest, so messages hold no free text of it: cache policies and guarantees only as
 * the closed lists of this release have them, names of backends not at all.
 *
 * @throws StrongroomError `policy-vault`, `policy-cache`, `policy-backend`, `policy-guarantee`, looked at in that order.
 */
export function checkPolicy(policy: Policy, place: Place): void {
  const { vault, cachePolicy, backend, guarantees = [] } = place
  if (policy.vault === true && !vault) {
    throw new StrongroomError(
      "policy-vault",
      "The publisher allows this model only in a vault. Load it with openVault().",
    )
  }
  if (policy.cache !== undefined && !policy.cache.some((allowed) => allowed === cachePolicy)) {
    const message = `The publisher allows the cache policies ${list(policy.cache)}, found ${cachePolicy ?? "none"}.`
    throw new StrongroomError("policy-cache", message)
  }
  if (policy.backends !== undefined && !policy.backends.some((allowed) => allowed === backend)) {
    const message = `The publisher doesn't allow the backend ${backend ?? "(none)"}. Choose another, or ask which it allows.`
    throw new StrongroomError("policy-backend", message)
  }
  const missing = policy.guarantees?.filter((id) => !guarantees.includes(id)) ?? []
  if (missing.length > 0) {
    throw new StrongroomError(
      "policy-guarantee",
      `The publisher demands guarantees that don't hold here: ${describeGuarantees(missing)}.`,
    )
  }
}

/** Ids of the catalogue by name, others by their number: a manifest can hold any text there. */
function describeGuarantees(ids: readonly string[]): string {
  const known = ids.filter((id) => Object.hasOwn(guaranteeCatalogue, id))
  const others = ids.length - known.length
  return [...known, ...(others === 0 ? [] : [`${others} that this release doesn't know`])].join(", ")
}

function list(words: readonly string[]): string {
  return words.length === 0 ? "(none)" : words.join(", ")
}
