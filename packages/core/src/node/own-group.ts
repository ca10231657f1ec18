import { readFileSync } from "node:fs"

/** The databases of users and groups, passwd(5) and group(5), as texts. */
export interface UserDatabases {
  readonly passwd: string
  readonly group: string
}

/**
 * Whether nobody but one user is in a group, as where each user has a group of the same name and new folders may be written
 * by it (umask 002). A group that isn't in the machine's own database isn't known to be so.
 */
export function isOwnGroup(group: number, user: number, databases = machineDatabases()): boolean {
  const users = entries(databases.passwd).map(([name, , id, itsGroup]) => ({
    name,
    id: Number(id),
    itsGroup: Number(itsGroup),
  }))
  const names = users.filter(({ id }) => id === user).map(({ name }) => name)
  const itself = entries(databases.group).filter(([, , id]) => Number(id) === group)
  const members = itself.flatMap(([, , , list]) => (list ?? "").split(",").filter((name) => name !== ""))
  return (
    itself.length > 0 &&
    members.every((name) => names.includes(name)) &&
    users.every(({ id, itsGroup }) => itsGroup !== group || id === user)
  )
}

function machineDatabases(): UserDatabases {
  try {
    return { passwd: readFileSync("/etc/passwd", "utf8"), group: readFileSync("/etc/group", "utf8") }
  } catch {
    return { passwd: "", group: "" }
  }
}

const entries = (text: string) => text.split("\n").flatMap((line) => (line.includes(":") ? [line.split(":")] : []))
