import { randomUUID } from "node:crypto"
import { mkdir, readdir, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"

/** Tells the sessions of one process, each on a thread of its own, from whether they were alone. */
export interface Turn {
  /** Whether no other was there since this one came. */
  isAlone(): Promise<boolean>
  end(): Promise<void>
}

/** Comes: `folder` is the process's own, and has a file for every session that ever came. */
export async function takeTurn(folder: string): Promise<Turn> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const mine = join(folder, `${randomUUID()}.open`)
  await writeFile(mine, "", { mode: 0o600 })
  const atFirst = await readdir(folder)
  const wereOthersThere = atFirst.filter((name) => name.endsWith(".open")).length > 1
  return {
    async isAlone() {
      return !wereOthersThere && (await readdir(folder)).length === atFirst.length
    },
    async end() {
      await rename(mine, mine.replace(/open$/, "closed"))
    },
  }
}
