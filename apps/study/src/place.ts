import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Folders that one program is given: all that it may take for its user's. */
export interface Place {
  readonly root: string
  readonly home: string
  readonly temporary: string
  readonly work: string
  readonly cache: string
  /** A path or text with names in place of this machine's folders. */
  hide(text: string): string
  remove(): void
}

export function makePlace(): Place {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "study-")))
  const [home, temporary, work, cache] = ["home", "tmp", "work", "cache"].map((name) => join(root, name)) as [
    string,
    string,
    string,
    string,
  ]
  for (const folder of [home, temporary, work, cache]) mkdirSync(folder)
  const names = [
    [home, "$HOME"],
    [temporary, "$TMPDIR"],
    [work, "$WORK"],
    [cache, "$CACHE"],
    [root, "$PLACE"],
  ] as const
  return {
    root,
    home,
    temporary,
    work,
    cache,
    hide: (text) => names.reduce((hidden, [folder, name]) => hidden.replaceAll(folder, name), text),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}
