import { lstatSync, readlinkSync, type Stats } from "node:fs"
import { dirname, join, parse, resolve, sep } from "node:path"
import { isOwnGroup } from "./own-group.js"
import { systemCode } from "./system-error.js"

/** As many as Linux follows. */
const mostLinks = 40

/**
 * Whether somebody else than root and this process's user could put other content at a path: in a phrase with the place
 * where, or `undefined` where nobody can. As sshd looks at a user's files: every folder along the way, and where links lead,
 * must belong to one of the two and be closed to all others' writing. Folders with the sticky bit, such as /tmp, may be on
 * the way, since what lies there can only be replaced by its owner; the last one may not. What isn't there yet is nobody's.
 * A group counts as others unless it is this user's alone; Windows has none, and isn't looked at.
 *
 * Of a POSIX access list, stat(2) tells one thing: in place of the group's rights, the most that anybody named in it has. So
 * a list that lets somebody write is seen where the group counts as others, and not seen where it is this user's alone. Other
 * kinds of lists, as macOS and NFSv4 have them, aren't seen.
 */
export function changeableByOthers(path: string): string | undefined {
  const user = process.geteuid?.()
  return user === undefined ? undefined : search(resolve(path), user, mostLinks)
}

function search(path: string, user: number, linksLeft: number): string | undefined {
  const { root } = parse(path)
  const names = path.slice(root.length).split(sep).filter(Boolean)
  for (let place = root, index = 0; ; place = join(place, names[index++] as string)) {
    const status = statusOf(place)
    if (status === undefined) return undefined
    if (status.uid !== 0 && status.uid !== user) return `${place} belongs to another user`
    const rest = names.slice(index)
    if (status.isSymbolicLink()) {
      if (linksLeft === 0) return `${place} is one of too many links`
      return search(resolve(dirname(place), readlinkSync(place), ...rest), user, linksLeft - 1)
    }
    const isPassedBy = status.isDirectory() && (status.mode & 0o1000) !== 0 && rest.length > 0
    if (isOpen(status, user) && !isPassedBy) return `others can write to ${place}`
    if (rest.length === 0) return undefined
  }
}

function isOpen({ mode, gid }: Stats, user: number): boolean {
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && !isOwnGroup(gid, user))
}

function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return undefined
    throw error
  }
}
