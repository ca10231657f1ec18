import type { Case, Network } from "../case.js"

/** What a case sets, and what of it is compared. */
export type Setting = Pick<Case, "setting" | "by"> & Partial<Pick<Case, "cache" | "compared" | "values">>

/** Besides the studied one. */
export const allNetworks: readonly Network[] = ["retrained", "other"]
