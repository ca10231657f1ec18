import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { audit } from "@strongroom/audit"
import { driver, missingDriver, optionsFor } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { afterAll, beforeAll, expect, it } from "vitest"
import { scaleBundle } from "./scale-bundle.js"

// A vault is closed to others of its user: only root sees what it writes.
const why = missingDriver("pocl") ?? (process.getuid?.() === 0 ? undefined : "only root sees into a vault")
const program = fileURLToPath(new URL("programs/run-bundle.mjs", import.meta.url))

/** TMPFS_MAGIC: on such a file system nothing would be on a disk. */
const isDisk = (path: string) => statfsSync(path).type !== 0x01021994
const parent = isDisk(tmpdir()) ? tmpdir() : fileURLToPath(new URL("../.results/", import.meta.url))

let folder: string
beforeAll(async () => {
  mkdirSync(parent, { recursive: true })
  folder = mkdtempSync(join(parent, "strongroom-off-"))
  const { bytes, identity, keys } = await (await createPublisher()).ship(await scaleBundle("is_traced"))
  const files = {
    "model.sealed": bytes,
    "model.grant": keys.grant,
    "model.key": identity,
    "publisher.pub": keys.trust[0],
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content as string | Uint8Array)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Files that a whole run wrote on disks, whatever became of them. */
async function writtenOnDisks(where: "vault" | "process", cache = "off"): Promise<readonly string[]> {
  const { POCL_CACHE_DIR: _, ...variables } = driver("pocl")
  const { XDG_CACHE_HOME: _home, ...environment } = process.env
  const home = join(folder, where)
  mkdirSync(home)
  const output = join(folder, `${where}.txt`)
  const report = await audit({
    command: "sh",
    args: [
      "-c",
      `exec "${process.execPath}" "$0" "$1" > "${output}"`,
      program,
      JSON.stringify({ where, cache, folder, ...optionsFor("pocl") }),
    ],
    folder: home,
    environment: { ...environment, ...variables, HOME: home, TMPDIR: home },
  })
  expect(report).toMatchObject({ exitCode: 0, complete: true, unseen: [] })
  const paths = report.files.flatMap(({ inMemory, path }) => (inMemory || path === output ? [] : [path]))
  return paths.map((path) => path.replace(home, "~"))
}

it.skipIf(why)(
  `under off no byte goes to a disk, from beginning to end${why ? ` (not here: ${why})` : ""}`,
  async () => {
    const unprotected = await writtenOnDisks("process")
    expect(unprotected.filter((path) => path.startsWith("~/.cache/pocl/kcache/")).length).toBeGreaterThan(3)
    expect(await writtenOnDisks("vault")).toEqual([])
  },
)
