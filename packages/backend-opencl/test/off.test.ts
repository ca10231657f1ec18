import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { audit } from "@strongroom/audit"
import type { ModelToSeal } from "@strongroom/core"
import { driver, missingDriver, optionsFor } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { afterAll, expect, it } from "vitest"
import { isFull } from "./fast-form.js"
import { scaleBundle } from "./scale-bundle.js"
import { tellingNetwork, tellingWord } from "./telling-network.js"

// A vault is closed to others of its user: only root sees what it writes.
const why = missingDriver("pocl") ?? (process.getuid?.() === 0 ? undefined : "only root sees into a vault")
const program = fileURLToPath(new URL("programs/run-bundle.mjs", import.meta.url))

/** TMPFS_MAGIC: on such a file system nothing would be on a disk. */
const isDisk = (path: string) => statfsSync(path).type !== 0x01021994
const parent = isDisk(tmpdir()) ? tmpdir() : fileURLToPath(new URL("../.results/", import.meta.url))

mkdirSync(parent, { recursive: true })
const root = mkdtempSync(join(parent, "strongroom-off-"))
afterAll(() => rmSync(root, { recursive: true }))

// The fast form's network has fewer kernels, which are compiled three times.
const models = [
  { what: "a bundle", input: { name: "x", shape: [4] }, make: () => scaleBundle("is_traced") },
  {
    what: "a network",
    input: { name: `${tellingWord}_image`, shape: [1, 3, 8, 8] },
    make: () => tellingNetwork(1, isFull ? "all" : "few"),
  },
]

async function ship(make: () => Promise<ModelToSeal>): Promise<string> {
  const folder = mkdtempSync(join(root, "model-"))
  const { bytes, identity, keys } = await (await createPublisher()).ship(await make())
  const files = {
    "model.sealed": bytes,
    "model.grant": keys.grant,
    "model.key": identity,
    "publisher.pub": keys.trust[0],
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content as string | Uint8Array)
  return folder
}

/** Files that a whole run wrote on disks, whatever became of them. */
async function writtenOnDisks(
  folder: string,
  input: (typeof models)[number]["input"],
  where: "vault" | "process",
  cache = "off",
): Promise<readonly string[]> {
  const { POCL_CACHE_DIR: _, ...variables } = driver("pocl")
  const { XDG_CACHE_HOME: _home, ...environment } = process.env
  const home = mkdtempSync(join(folder, `${where}-`))
  const output = `${home}.txt`
  const report = await audit({
    command: "sh",
    args: [
      "-c",
      `exec "${process.execPath}" "$0" "$1" > "${output}"`,
      program,
      JSON.stringify({ where, cache, folder, input, ...optionsFor("pocl") }),
    ],
    folder: home,
    environment: { ...environment, ...variables, HOME: home, TMPDIR: home },
  })
  expect(report).toMatchObject({ exitCode: 0, complete: true, unseen: [] })
  const paths = report.files.flatMap(({ inMemory, path }) => (inMemory || path === output ? [] : [path]))
  return paths.map((path) => path.replace(home, "~"))
}

for (const { what, input, make } of models) {
  it.skipIf(why)(
    `under off and memory no byte of ${what} goes to a disk, from beginning to end${why ? ` (not here: ${why})` : ""}`,
    async () => {
      const folder = await ship(make)
      const unprotected = await writtenOnDisks(folder, input, "process")
      expect(unprotected.filter((path) => path.startsWith("~/.cache/pocl/kcache/")).length).toBeGreaterThan(3)
      // PoCL's folder is in the vault's own, which is memory.
      for (const cache of ["off", "memory"]) expect(await writtenOnDisks(folder, input, "vault", cache)).toEqual([])
    },
    120_000,
  )
}
