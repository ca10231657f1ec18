import { checkOptionNames } from "../option-names.js"
import { guaranteeCatalogue } from "../report/catalogue.js"
import type { Policy } from "./policy.js"

const members = ["vault", "cache", "guarantees", "backends"]

/**
 * Refuses a policy that says something else than was meant: with a member that is misspelt it would demand nothing, with a
 * guarantee that is none nobody could open the model. (Readers take both, which a later release may have.) What values the
 * format allows, encoding the manifest checks.
 *
 * @throws TypeError, RangeError.
 */
export function checkPolicyToSeal(policy: Policy): void {
  checkOptionNames(policy, members, "A policy")
  const { guarantees } = policy
  if (!Array.isArray(guarantees)) return
  const unknown = guarantees.find((id) => !Object.hasOwn(guaranteeCatalogue, id))
  if (unknown === undefined) return
  const known = Object.keys(guaranteeCatalogue).join(", ")
  throw new RangeError(`There is no guarantee "${unknown}", so nobody could open the model. There are: ${known}.`)
}
