import { statSync } from "node:fs"

/** Tells a folder from another of the same name: in mount namespaces of their own, app and vault see different ones. */
export function folderIdentity(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true })
  return `${dev}:${ino}`
}
