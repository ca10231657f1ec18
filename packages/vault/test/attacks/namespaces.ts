import { spawnSync } from "node:child_process"
import { ordinaryUser } from "../ordinary-user.js"

const tried = spawnSync("unshare", ["--user", "--map-current-user", "--mount", "true"], { ...ordinaryUser, cwd: "/" })

/** Why an ordinary user can't have namespaces here. */
export const noNamespaces =
  tried.status === 0 ? undefined : "an ordinary user can't make namespaces, or there is no unshare"
