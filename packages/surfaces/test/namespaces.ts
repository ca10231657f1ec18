import { spawnSync } from "node:child_process"
import { ordinaryUser } from "./ordinary-user.js"

const tried = spawnSync("unshare", ["--user", "--map-current-user", "--mount", "true"], { ...ordinaryUser, cwd: "/" })

/** Why a vault's private directory is open to its user's other processes here: docs/guarantees.md says so too. */
export const noNamespaces =
  tried.status === 0 ? undefined : "an ordinary user can't make namespaces, or there is no unshare"
