import type { Fingerprint } from "@strongroom/core/backend"
import type { Case } from "./case.js"
import type { Verdict } from "./result.js"

/** Between the command and a process that runs cases: one answer a message, and one before the first. */
export type ToChild = { readonly run: Case }
export type FromChild = { readonly ready: Fingerprint } | { readonly verdict: Verdict }
